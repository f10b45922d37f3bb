"""One net, one file; parameter names are those of the official releases.

Restorers take and return float32 of shape (batch, channels, height, width), 0..1 (a little beyond
on the way out), and say what they need: ``channels``, ``scale``, and the ``multiple`` of which both
input sides must be. ``recognises(state)`` looks at names alone; ``from_state(state)`` reads every
hyperparameter from the shapes and loads strictly.
"""
