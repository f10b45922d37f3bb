"""One module a format, each with two functions.

``size(data)`` reads width and height from the header alone; ``decode(data)`` gives Decoded. Both
raise UnreadableError or UnsupportedError with a reason that does not name the file, or let the
library's own exception through; ``load`` names the file.
"""
