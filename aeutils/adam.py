"""Adam on TensorFlow as one operation for each variable, in place of a dozen small ones."""

from types import MethodType

import keras


def fused(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """Let an optimizer that is Adam update a variable by TensorFlow's own kernel.

    The steps are those of `keras.optimizers.Adam` to the precision of 32-bit floats; what is saved
    with a model is that optimizer. On another backend, which merges the small operations itself,
    and for another optimizer nothing changes.
    """
    if keras.backend.backend() == "tensorflow" and type(optimizer) is keras.optimizers.Adam:
        optimizer.update_step = MethodType(_update_step, optimizer)
    return optimizer


def _update_step(self: keras.optimizers.Adam, gradient, variable, learning_rate) -> None:
    import tensorflow as tf

    if self.amsgrad or isinstance(gradient, tf.IndexedSlices) or variable.dtype != tf.float32:
        keras.optimizers.Adam.update_step(self, gradient, variable, learning_rate)
        return
    number = self._get_variable_index(variable)
    step = tf.cast(self.iterations + 1, tf.float32)
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=self._momentums[number].value.handle,
        v=self._velocities[number].value.handle,
        beta1_power=tf.pow(self.beta_1, step),
        beta2_power=tf.pow(self.beta_2, step),
        lr=tf.cast(learning_rate, tf.float32),
        beta1=self.beta_1,
        beta2=self.beta_2,
        epsilon=self.epsilon,
        grad=gradient,
    )
