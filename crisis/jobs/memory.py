"""Memory of a long-lived process: how often Python looks for garbage."""

import gc

#: New objects between two looks at the youngest. A declaration to thousands makes hundreds of thousands
#: that all live until it is written; the default of 700 looks at them again and again, for half its time.
_YOUNG = 50_000


def settle() -> None:
    """Leave out of later looks what is loaded now, and look more rarely; call it once, when all is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 100)
