"""Every kind of diagnostic, with its stable code and what it means in general."""

from __future__ import annotations

from enum import Enum


class Code(Enum):
    """A kind of diagnostic: `E` faults, `W` warnings, `N` notes. Codes are never reused."""

    NO_MODEL = ("E001", "The text has no pipeline, so there is no model to build.")
    CHARACTER = (
        "E002",
        "A character is not of the language, or makes text read differently.",
    )
    SYNTAX = ("E003", "A word or sign stands where the grammar expects another.")
    UNCLOSED = ("E004", "A parenthesis, brace or quotation mark is opened and never closed.")
    TOO_DEEP = ("E005", "Groups or expressions are nested deeper than the limit.")
    TOO_LONG = ("E006", "The text is longer than the limit.")
    BAD_NAME = ("E007", "A name does not begin with a small letter, or has other signs in it.")

    UNKNOWN_OPERATION = ("E101", "No operation, block or shared chain has this name.")
    UNKNOWN_NAME = ("E102", "No value has this name at this point of the file.")
    REDEFINED = ("E103", "A name is given twice; each name stands for one thing.")
    RESERVED = ("E104", "A value cannot have the name of an operation.")
    UNKNOWN_PARAMETER = ("E105", "Only numbers and parameters (`let`) can stand in braces.")
    PARAMETER_UNSET = ("E106", "A parameter without a default was given no value.")
    MANY_VALUES = ("E108", "A name that stands for several values is used as one, or beyond them.")
    BLOCK_ARGUMENTS = ("E109", "A block is used with too few, too many or unknown arguments.")
    RECURSIVE = ("E110", "A block or shared chain contains itself.")

    UNKNOWN_WORD = ("E201", "The operation does not know this word.")
    UNKNOWN_KEY = ("E202", "The operation has no argument of this name.")
    MISSING_ARGUMENT = ("E203", "A required argument is missing.")
    TOO_MANY_ARGUMENTS = ("E204", "There are more arguments than the operation takes.")
    WRONG_KIND = ("E205", "An argument is of another kind than the operation takes.")
    OUT_OF_RANGE = ("E206", "An argument's value is outside what makes sense.")
    GIVEN_TWICE = ("E207", "One argument is given twice.")
    EXPRESSION = ("E208", "An expression in braces has no usable value.")
    BAD_COMBINATION = ("E209", "Arguments that exclude each other are given together.")

    NEEDS_SEQUENCE = ("E301", "The operation reads steps in time and the value has none.")
    SHAPES_DIFFER = ("E302", "Values that are merged must have equal sizes, or a size of one.")
    WRONG_DTYPE = ("E303", "Token ids are given where numbers are needed, or the reverse.")
    OUTSIDE = ("E304", "A step or slice lies outside the sequence.")
    TOO_SHORT = ("E305", "The value has fewer steps than the operation needs.")
    RESHAPE = ("E306", "A reshape would change the number of values.")
    UNKNOWN_SIZE = ("E307", "A weight's shape depends on a size that is not known.")
    NO_STATE = ("E308", "A final state is asked of something that is no recurrent layer.")
    STATE_DIFFERS = ("E309", "An initial state does not fit the layer that it is given to.")
    NEEDS_BATCH = ("E310", "The layer keeps state between batches, so their size must be fixed.")
    WRONG_RANK = ("E311", "The value has too few or too many axes for the operation.")

    FLOW_IGNORED = ("E401", "The value flowing in is not used by the stage it flows into.")
    NO_FLOW = ("E402", "An operation stands where no value flows in.")
    UNREAD = ("E403", "A layer's weights reach no output: what is read of it is not its values.")

    UNKNOWN_OUTPUT = ("E501", "A `train` statement names no output of the file.")
    NO_LOSS = ("E502", "Training settings without a loss for any output.")

    UNREADABLE = ("E601", "A used file cannot be read.")
    CYCLIC_USE = ("E602", "A file uses itself, directly or through others.")
    OUTSIDE_PROJECT = ("E603", "A used file lies outside the project's folder.")

    LIMIT = ("E701", "The spec asks for more than the limits allow.")

    NO_ARRAY = ("E801", "The data has no array for an input, or for an output that is trained.")
    ARRAY_KIND = ("E802", "An array holds no numbers of the kind that is read.")
    ARRAY_SHAPE = ("E803", "An array does not have the shape of its input.")
    ARRAY_LENGTH = (
        "E804",
        "The arrays do not have as many samples, or not as many as batches need.",
    )
    ARRAY_IDS = ("E805", "Token ids are no whole numbers, or lie outside the vocabulary.")
    ARRAY_NUMBERS = ("E806", "An array holds NaN or infinite numbers.")
    TARGET_SHAPE = ("E807", "Targets do not have the shape that the loss of their output reads.")
    TARGET_VALUES = ("E808", "Targets hold numbers that the loss of their output does not mean.")

    UNUSED = ("W101", "A statement contributes to no output, or defines what nothing uses.")
    MASK_LOST = ("W201", "The operation cannot keep the mask: padded steps are read as real ones.")
    HALF_READ = ("W202", "The last step of a bidirectional sequence saw one step backwards.")

    PROBABILITIES = ("W301", "The loss reads probabilities or logits, and is given the other.")
    ONE_CLASS = ("W302", "A softmax over a single value is one, whatever the value.")
    ONE_STEP = ("W303", "Attention over a sequence of a single step reads that step alone.")

    UNREAD_ARRAY = ("W401", "The data has an array that is neither input nor target.")

    LIFTED = ("N101", "A vector input is read as a sequence of steps of one value each.")
    LEFT_OUT = ("N102", "A layer that no output needs is not part of the model.")

    @property
    def id(self) -> str:
        """The stable code, such as `E301`."""
        return self.value[0]

    @property
    def meaning(self) -> str:
        """What this kind of diagnostic means, in general."""
        return self.value[1]

    @property
    def severity(self) -> str:
        """`error`, `warning` or `note`."""
        return {"E": "error", "W": "warning", "N": "note"}[self.id[0]]
