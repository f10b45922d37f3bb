"""Nets, their weights, and how they become ONNX files; the only part that imports PyTorch."""
