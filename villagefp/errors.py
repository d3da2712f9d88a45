"""The one kind of error that is told to people as it stands; everything else is a bug and rises to the one hook."""


class UserError(Exception):
    """An expected refusal: a whole sentence that names the value and the next step, ready to be shown.

    Raise it where it is known what happened. Never put a name, an ID number or a phone number of a person into it
    unless the sentence is shown only to the one who has just typed that value.
    """
