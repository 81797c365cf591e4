"""Values that pass between floors, once each. Of ours they import only the words in which they are shown."""

from tournee.model.effect import Effect, Outcome, Target
from tournee.model.increment import Increment
from tournee.model.sheet import Sheet

__all__ = ["Effect", "Increment", "Outcome", "Sheet", "Target"]
