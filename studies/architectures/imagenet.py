"""Large images: classifiers of ImageNet, and detectors on their trunks."""

import keras  # noqa: TID253 - Keras models; nothing in seqbench imports them

layers = keras.layers


def alexnet() -> keras.Sequential:
    """AlexNet (Krizhevsky et al. 2012): both towers as groups; an eighth of the width.

    Without local response normalization, which Keras does not have; 100 classes of 1000.
    """
    return keras.Sequential(
        [
            keras.Input((227, 227, 3)),
            layers.Conv2D(12, 11, strides=4, activation="relu"),
            layers.MaxPooling2D(3, strides=2),
            layers.Conv2D(32, 5, padding="same", groups=2, activation="relu"),
            layers.MaxPooling2D(3, strides=2),
            layers.Conv2D(48, 3, padding="same", activation="relu"),
            layers.Conv2D(48, 3, padding="same", groups=2, activation="relu"),
            layers.Conv2D(32, 3, padding="same", groups=2, activation="relu"),
            layers.MaxPooling2D(3, strides=2),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(100, activation="softmax"),
        ]
    )


def zfnet() -> keras.Sequential:
    """ZFNet (Zeiler and Fergus 2014, fig. 3); an eighth of the width.

    Without contrast normalization, which Keras does not have; 100 classes of 1000.
    """
    return keras.Sequential(
        [
            keras.Input((224, 224, 3)),
            layers.ZeroPadding2D(1),
            layers.Conv2D(12, 7, strides=2, activation="relu"),
            layers.ZeroPadding2D(((0, 1), (0, 1))),
            layers.MaxPooling2D(3, strides=2),
            layers.Conv2D(32, 5, strides=2, activation="relu"),
            layers.ZeroPadding2D(((0, 1), (0, 1))),
            layers.MaxPooling2D(3, strides=2),
            layers.Conv2D(48, 3, padding="same", activation="relu"),
            layers.Conv2D(48, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(3, strides=2),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(100, activation="softmax"),
        ]
    )


def overfeat() -> keras.Sequential:
    """OverFeat, fast model (Sermanet et al. 2014, table 1): an eighth of the width.

    The classifier's layers are convolutions, as the paper runs them; 100 classes of 1000.
    """
    return keras.Sequential(
        [
            keras.Input((231, 231, 3)),
            layers.Conv2D(12, 11, strides=4, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.Conv2D(128, 3, padding="same", activation="relu"),
            layers.Conv2D(128, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(384, 6, activation="relu"),
            layers.Dropout(0.5),
            layers.Conv2D(512, 1, activation="relu"),
            layers.Dropout(0.5),
            layers.Conv2D(100, 1),
            layers.Flatten(),
            layers.Softmax(),
        ]
    )


def vgg(counts: tuple[int, ...], size: int, width: int, classes: int = 100) -> keras.Sequential:
    """Return a VGG: `counts` convolutions in each of five blocks, `width` filters at first."""
    stack: list[keras.Layer] = []
    for block, count in enumerate(counts):
        filters = width * min(2**block, 8)
        stack += [
            layers.Conv2D(filters, 3, padding="same", activation="relu") for _ in range(count)
        ]
        stack.append(layers.MaxPooling2D())
    return keras.Sequential(
        [
            keras.Input((size, size, 3)),
            *stack,
            layers.Flatten(),
            layers.Dense(64 * width, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(64 * width, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ]
    )


def vgg11() -> keras.Sequential:
    """VGG, configuration A (Simonyan and Zisserman 2015): 112 pixels, an eighth of the width."""
    return vgg((1, 1, 2, 2, 2), 112, 8)


def vgg19() -> keras.Sequential:
    """VGG, configuration E (Simonyan and Zisserman 2015): 64 pixels, an eighth of the width."""
    return vgg((2, 2, 4, 4, 4), 64, 8)


def mobilenet_v1() -> keras.Sequential:
    """MobileNet 0.25 at 128 pixels (Howard et al. 2017, tables 1 and 7), as published."""
    return mobilenet(128, 8)


def mobilenet(size: int, width: int) -> keras.Sequential:
    """Return a MobileNet of `width` filters at first, 32 as published.

    Padding as in the authors' later code: explicit zeros before strided convolutions.
    """
    rows = [
        (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5,
        (1024, 2), (1024, 1),
    ]  # fmt: skip

    def ended() -> list[keras.Layer]:
        return [layers.BatchNormalization(), layers.ReLU(max_value=6)]

    stack: list[keras.Layer] = [
        layers.Conv2D(width, 3, strides=2, padding="same", use_bias=False),
        *ended(),
    ]
    for filters, strides in rows:
        if strides == 2:
            stack.append(layers.ZeroPadding2D(((0, 1), (0, 1))))
        padding = "same" if strides == 1 else "valid"
        stack += [
            layers.DepthwiseConv2D(3, strides=strides, padding=padding, use_bias=False),
            *ended(),
            layers.Conv2D(filters * width // 32, 1, padding="same", use_bias=False),
            *ended(),
        ]
    return keras.Sequential(
        [
            keras.Input((size, size, 3)),
            *stack,
            layers.GlobalAveragePooling2D(keepdims=True),
            layers.Dropout(0.001),
            layers.Conv2D(1000, 1, padding="same"),
            layers.Reshape((1000,)),
            layers.Softmax(),
        ]
    )


def _darknet(filters: int, size: int = 3) -> list[keras.Layer]:
    """Return a convolution as Darknet's: no bias, batch normalization, leaky by 0.1."""
    return [
        layers.Conv2D(filters, size, padding="same", use_bias=False),
        layers.BatchNormalization(epsilon=1e-5),
        layers.LeakyReLU(negative_slope=0.1),
    ]


def darknet19() -> keras.Sequential:
    """Darknet-19 (Redmon and Farhadi 2017, YOLO9000, table 6): an eighth of the width, 128 pixels.

    100 classes of 1000.
    """
    stack: list[keras.Layer] = []
    for widths in ((4,), (8,), (16, 8, 16), (32, 16, 32), (64, 32, 64, 32, 64)):
        for place, width in enumerate(widths):
            stack += _darknet(width, 3 if place % 2 == 0 else 1)
        stack.append(layers.MaxPooling2D())
    for place, width in enumerate((128, 64, 128, 64, 128)):
        stack += _darknet(width, 3 if place % 2 == 0 else 1)
    return keras.Sequential(
        [
            keras.Input((128, 128, 3)),
            *stack,
            layers.Conv2D(100, 1),
            layers.GlobalAveragePooling2D(),
            layers.Softmax(),
        ]
    )


def tiny_yolo_v2() -> keras.Sequential:
    """Tiny YOLOv2 for VOC (Redmon and Farhadi 2017; darknet's yolov2-tiny-voc.cfg).

    A quarter of the width, 208 pixels of 416; up to the grid of 125 raw predictions a cell.
    """
    stack: list[keras.Layer] = []
    for filters in (4, 8, 16, 32, 64):
        stack += [*_darknet(filters), layers.MaxPooling2D()]
    return keras.Sequential(
        [
            keras.Input((208, 208, 3)),
            *stack,
            *_darknet(128),
            layers.MaxPooling2D(2, strides=1, padding="same"),
            *_darknet(256),
            *_darknet(256),
            layers.Conv2D(125, 1),
        ]
    )


MODELS = {
    "alexnet": alexnet,
    "zfnet": zfnet,
    "overfeat": overfeat,
    "vgg11": vgg11,
    "vgg19": vgg19,
    "mobilenet_v1": mobilenet_v1,
    "darknet19": darknet19,
    "tiny_yolo_v2": tiny_yolo_v2,
}
