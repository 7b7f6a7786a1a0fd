"""A measurement is made once for each subject, and for what else it is asked with."""

import gc
import weakref

from aeutils.checkup.once import once


class Thing:
    """A subject that counts how often it was asked."""

    asked = 0


@once
def measured(subject, mode=None):
    """Count."""
    subject.asked += 1
    return (subject.asked, mode)


def test_each_question_is_asked_once():
    one, other = Thing(), Thing()
    assert measured(one) == measured(one) == (1, None)
    assert measured(one, True) == measured(one, True) == (2, True)
    assert measured(other) == (1, None)
    assert measured.__name__ == "measured"


def test_an_answer_of_none_is_an_answer():
    asked = []
    question = once(lambda subject: asked.append(subject))
    thing = Thing()
    assert question(thing) is None and question(thing) is None
    assert len(asked) == 1


def test_answers_go_with_their_subject():
    thing = Thing()
    measured(thing)
    gone = weakref.ref(thing)
    del thing
    gc.collect()
    assert gone() is None
