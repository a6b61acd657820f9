"""What goes wrong on the way, in words that say what to do."""


class Trouble(Exception):
    """Something that the person at the keyboard has to know. `advice` says what to do about it."""

    def __init__(self, what, advice):
        super().__init__(what, advice)
        self.what, self.advice = what, advice

    def __str__(self):
        return f"{self.what}\n  -> {self.advice}"
