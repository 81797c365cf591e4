"""Values that pass between floors, once each. Of ours they import only the words in which they are shown."""

from tournee.model.cents import Cents, cents_of
from tournee.model.effect import Effect, Outcome, Target
from tournee.model.increment import Increment
from tournee.model.sheet import Sheet

__all__ = ["Cents", "Effect", "Increment", "Outcome", "Sheet", "Target", "cents_of"]
