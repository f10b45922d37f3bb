"""Profile, EXIF and XMP put into a file: one module a format, each with two functions.

``put(data, picture)`` returns the file with the picture's ICC profile, EXIF and XMP in place of
its own; ``unfit(picture)`` names those of the three that such a file cannot hold. ``embed`` calls
them. Messages do not name the file.
"""
