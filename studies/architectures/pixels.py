"""Images to images: sharper, cleaner, coloured, segmented; and text read from images."""

import keras  # noqa: TID253 - Keras models; nothing in seqbench imports them

layers = keras.layers


def srcnn() -> keras.Sequential:
    """SRCNN 9-1-5 (Dong et al. 2014, super-resolution), at any height and width."""
    return keras.Sequential(
        [
            keras.Input((None, None, 1)),
            layers.Conv2D(64, 9, padding="same", activation="relu"),
            layers.Conv2D(32, 1, padding="same", activation="relu"),
            layers.Conv2D(1, 5, padding="same"),
        ]
    )


def fsrcnn() -> keras.Sequential:
    """FSRCNN(56, 12, 4), three times larger (Dong et al. 2016): PReLU, transposed convolution."""

    def conv(filters: int, size: int) -> list[keras.Layer]:
        return [
            layers.Conv2D(filters, size, padding="same"),
            layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2]),
        ]

    return keras.Sequential(
        [
            keras.Input((24, 24, 1)),
            *conv(56, 5),
            *conv(12, 1),
            *[layer for _ in range(4) for layer in conv(12, 3)],
            *conv(56, 1),
            layers.Conv2DTranspose(1, 9, strides=3, padding="same"),
        ]
    )


def espcn() -> keras.Sequential:
    """ESPCN, three times larger (Shi et al. 2016): the pixel shuffle as reshape and transpose."""
    return keras.Sequential(
        [
            keras.Input((17, 17, 1)),
            layers.Conv2D(64, 5, padding="same", activation="tanh"),
            layers.Conv2D(32, 3, padding="same", activation="tanh"),
            layers.Conv2D(9, 3, padding="same"),
            layers.Reshape((17, 17, 3, 3)),
            layers.Permute((1, 3, 2, 4)),
            layers.Reshape((51, 51, 1)),
        ]
    )


def ar_cnn() -> keras.Sequential:
    """AR-CNN against JPEG artifacts, 9-7-1-5 (Dong et al. 2015), at any height and width."""
    return keras.Sequential(
        [
            keras.Input((None, None, 1)),
            layers.Conv2D(64, 9, padding="same", activation="relu"),
            layers.Conv2D(32, 7, padding="same", activation="relu"),
            layers.Conv2D(16, 1, padding="same", activation="relu"),
            layers.Conv2D(1, 5, padding="same"),
        ]
    )


def dncnn() -> keras.Sequential:
    """DnCNN-S (Zhang et al. 2017): all 17 layers, 16 filters of 64, at any height and width.

    The network gives the noise, as in the paper; taking it off the image is done outside.
    """
    inner: list[keras.Layer] = []
    for _ in range(15):
        inner += [
            layers.Conv2D(16, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    return keras.Sequential(
        [
            keras.Input((None, None, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            *inner,
            layers.Conv2D(1, 3, padding="same"),
        ]
    )


def context_module() -> keras.Sequential:
    """Multi-scale context aggregation, basic module (Yu and Koltun 2016, table 1), 21 classes."""
    return keras.Sequential(
        [
            keras.Input((64, 64, 21)),
            *[
                layers.Conv2D(21, 3, padding="same", dilation_rate=rate, activation="relu")
                for rate in (1, 1, 2, 4, 8, 16, 1)
            ],
            layers.Conv2D(21, 1),
        ]
    )


def segnet_basic() -> keras.Sequential:
    """SegNet-Basic (Badrinarayanan et al. 2017): a quarter of the width, 96 x 128 of 360 x 480.

    The decoder repeats pixels: Keras has no unpooling at the maxima's places.
    """

    def conv() -> list[keras.Layer]:
        return [layers.Conv2D(16, 7, padding="same"), layers.BatchNormalization()]

    encoder: list[keras.Layer] = []
    decoder: list[keras.Layer] = []
    for _ in range(4):
        encoder += [*conv(), layers.ReLU(), layers.MaxPooling2D()]
        decoder += [layers.UpSampling2D(), *conv()]
    return keras.Sequential(
        [
            keras.Input((96, 128, 3)),
            *encoder,
            *decoder,
            layers.Conv2D(11, 1),
            layers.Softmax(),
        ]
    )


def colorization() -> keras.Sequential:
    """Colorful image colorization (Zhang et al. 2016, table 4): an eighth of the width, 64 pixels.

    Lightness in, a distribution over the 313 bins of colour out, at a quarter of the resolution.
    """
    rows = [(8, (1, 2), 1), (16, (1, 2), 1), (32, (1, 1, 2), 1), (64, (1, 1, 1), 1)]
    rows += [(64, (1, 1, 1), 2), (64, (1, 1, 1), 2), (64, (1, 1, 1), 1)]
    stack: list[keras.Layer] = []
    for filters, strides, rate in rows:
        stack += [
            layers.Conv2D(
                filters, 3, strides=step, padding="same", dilation_rate=rate, activation="relu"
            )
            for step in strides
        ]
        stack.append(layers.BatchNormalization())
    return keras.Sequential(
        [
            keras.Input((64, 64, 1)),
            *stack,
            layers.Conv2DTranspose(32, 4, strides=2, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(313, 1),
            layers.Softmax(),
        ]
    )


def crnn() -> keras.Sequential:
    """CRNN that reads text lines (Shi et al. 2017, table 1): an eighth of the width.

    A sequence of 37 symbols' probabilities, blank included, as CTC takes it.
    """

    def conv(filters: int, size: int = 3, padding: str = "same") -> keras.Layer:
        return layers.Conv2D(filters, size, padding=padding, activation="relu")

    tall = {"pool_size": (2, 2), "strides": (2, 1), "padding": "same"}
    return keras.Sequential(
        [
            keras.Input((32, 100, 1)),
            conv(8),
            layers.MaxPooling2D(),
            conv(16),
            layers.MaxPooling2D(),
            conv(32),
            conv(32),
            layers.MaxPooling2D(**tall),
            conv(64),
            layers.BatchNormalization(),
            conv(64),
            layers.BatchNormalization(),
            layers.MaxPooling2D(**tall),
            conv(64, 2, "valid"),
            layers.Permute((2, 1, 3)),
            layers.TimeDistributed(layers.Flatten()),
            layers.Bidirectional(layers.LSTM(32, return_sequences=True)),
            layers.Bidirectional(layers.LSTM(32, return_sequences=True)),
            layers.Dense(37, activation="softmax"),
        ]
    )


MODELS = {
    "srcnn": srcnn,
    "fsrcnn": fsrcnn,
    "espcn": espcn,
    "ar_cnn": ar_cnn,
    "dncnn": dncnn,
    "context_module": context_module,
    "segnet_basic": segnet_basic,
    "colorization": colorization,
    "crnn": crnn,
}
