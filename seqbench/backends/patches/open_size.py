"""A resize to a size that only the running graph knows, as by UpSampling2D of images of any size.

Keras 3.15 asks whether the size is positive, and a graph cannot be asked. Source:
`keras.src.ops.image.resize`.
"""

from collections.abc import Callable
from typing import Any


def resize(original: Callable[..., Any], *, images: Any, size: Any, **more: Any) -> Any:
    """Resize images; a known size is left to the original."""
    import tensorflow as tf
    from keras.src.ops import image

    if not any(tf.is_symbolic_tensor(length) for length in size):
        return original(images=images, size=size, **more)
    return image._resize(images, size, **more)
