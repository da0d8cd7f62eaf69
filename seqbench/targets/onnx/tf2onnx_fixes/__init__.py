"""Conversions of tf2onnx that are wrong or lacking, said right: one file each."""
