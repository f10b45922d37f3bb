"""Experiments of others, repeated by one command, with their own figures beside ours."""

from recoup.study.blocks import deblock
from recoup.study.noise import denoise
from recoup.study.seed import Study, repeat

__all__ = ["Study", "deblock", "denoise", "repeat"]
