"""The one error that wirecopy shows to people."""


class WirecopyError(Exception):
    """Carry a cause and the next command to the command line.

    `message` names what is wrong (file, line, cause); `hint` is what to do next.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
