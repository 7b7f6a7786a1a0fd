"""Models and data with a known error, and healthy ones, that judge `aeutils.examine`.

`faults` plants each error in three architectures and gives each its healthy twin: the same model,
data and training but for the error. `public` makes small copies of recipes that many people run.
``python -m benchmarks.recipes`` trains all of them, asks `examine` and counts.
"""
