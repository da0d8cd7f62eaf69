"""Films and volumes: convolutions in space and time, and recurrent layers over frames."""

import keras  # noqa: TID253 - Keras models; nothing in seqbench imports them

layers = keras.layers


def c3d() -> keras.Sequential:
    """C3D (Tran et al. 2015, fig. 3): 16 frames of 32 pixels of 112, a sixteenth of the width."""
    return c3d_of(32, 4)


def c3d_of(size: int, width: int) -> keras.Sequential:
    """Return a C3D of `width` filters at first, 64 as published.

    The last pooling is padded as in the authors' model; 101 classes.
    """

    def conv(filters: int) -> keras.Layer:
        return layers.Conv3D(filters, 3, padding="same", activation="relu")

    return keras.Sequential(
        [
            keras.Input((16, size, size, 3)),
            conv(width),
            layers.MaxPooling3D((1, 2, 2)),
            conv(2 * width),
            layers.MaxPooling3D(),
            conv(4 * width),
            conv(4 * width),
            layers.MaxPooling3D(),
            conv(8 * width),
            conv(8 * width),
            layers.MaxPooling3D(),
            conv(8 * width),
            conv(8 * width),
            layers.ZeroPadding3D(((0, 0), (0, 1), (0, 1))),
            layers.MaxPooling3D(),
            layers.Flatten(),
            layers.Dense(64 * width, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(64 * width, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(101, activation="softmax"),
        ]
    )


def voxnet() -> keras.Sequential:
    """VoxNet (Maturana and Scherer 2015, fig. 2): objects in 32 x 32 x 32 voxels, 40 classes.

    8 filters of 32.
    """
    return keras.Sequential(
        [
            keras.Input((32, 32, 32, 1)),
            layers.Conv3D(8, 5, strides=2),
            layers.LeakyReLU(negative_slope=0.1),
            layers.Dropout(0.2),
            layers.Conv3D(8, 3),
            layers.LeakyReLU(negative_slope=0.1),
            layers.MaxPooling3D(2),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.4),
            layers.Dense(40, activation="softmax"),
        ]
    )


def next_frame() -> keras.Sequential:
    """The next frame by ConvLSTM (Shi et al. 2015; Keras's conv_lstm example): 8 filters of 64.

    Three ConvLSTM layers with batch normalization between, kernels 5, 3 and 1, then Conv3D.
    """
    stack: list[keras.Layer] = []
    for size in (5, 3, 1):
        stack += [
            layers.ConvLSTM2D(8, size, padding="same", return_sequences=True, activation="relu"),
            layers.BatchNormalization(),
        ]
    return keras.Sequential(
        [
            keras.Input((6, 16, 16, 1)),
            *stack[:-1],
            layers.Conv3D(1, 3, padding="same", activation="sigmoid"),
        ]
    )


def anomaly_autoencoder() -> keras.Sequential:
    """Abnormal events (Chong and Tay 2017, fig. 2): space, then ConvLSTM in time, and back.

    A quarter of the width, 4 frames of 51 pixels of 10 of 227.
    """

    def each(layer: keras.Layer) -> keras.Layer:
        return layers.TimeDistributed(layer)

    def recurrent(filters: int) -> keras.Layer:
        return layers.ConvLSTM2D(filters, 3, padding="same", return_sequences=True)

    return keras.Sequential(
        [
            keras.Input((4, 51, 51, 1)),
            each(layers.Conv2D(32, 11, strides=4, activation="tanh")),
            each(layers.Conv2D(16, 5, strides=2, activation="tanh")),
            recurrent(16),
            recurrent(8),
            recurrent(16),
            each(layers.Conv2DTranspose(32, 5, strides=2, activation="tanh")),
            each(layers.Conv2DTranspose(1, 11, strides=4, activation="tanh")),
        ]
    )


def lrcn() -> keras.Sequential:
    """LRCN (Donahue et al. 2015, fig. 3): a CNN on each frame, an LSTM over them.

    The CNN is CaffeNet's five convolutions without normalization, an eighth of the width, on 67
    pixels of 227; 8 frames of 16, 101 classes at each.
    """
    frame = [
        layers.Conv2D(12, 11, strides=4, activation="relu"),
        layers.MaxPooling2D(3, strides=2),
        layers.Conv2D(32, 5, padding="same", groups=2, activation="relu"),
        layers.MaxPooling2D(3, strides=2),
        layers.Conv2D(48, 3, padding="same", activation="relu"),
        layers.Conv2D(48, 3, padding="same", groups=2, activation="relu"),
        layers.Conv2D(32, 3, padding="same", groups=2, activation="relu"),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
    ]
    return keras.Sequential(
        [
            keras.Input((8, 67, 67, 3)),
            *[layers.TimeDistributed(layer) for layer in frame],
            layers.Dropout(0.5),
            layers.LSTM(64, return_sequences=True),
            layers.TimeDistributed(layers.Dense(101, activation="softmax")),
        ]
    )


def lipnet() -> keras.Sequential:
    """LipNet (Assael et al. 2016, table 3): a quarter of the width, 12 frames of 75.

    Each frame is half as high and wide; 28 symbols at each, as CTC takes them.
    """
    stack: list[keras.Layer] = []
    for filters, size, strides in ((8, (3, 5, 5), (1, 2, 2)), (16, (3, 5, 5), 1), (24, 3, 1)):
        stack += [
            layers.Conv3D(filters, size, strides=strides, padding="same", activation="relu"),
            layers.SpatialDropout3D(0.5),
            layers.MaxPooling3D((1, 2, 2)),
        ]
    return keras.Sequential(
        [
            keras.Input((12, 25, 50, 3)),
            *stack,
            layers.TimeDistributed(layers.Flatten()),
            layers.Bidirectional(layers.GRU(64, return_sequences=True)),
            layers.Bidirectional(layers.GRU(64, return_sequences=True)),
            layers.Dense(28, activation="softmax"),
        ]
    )


MODELS = {
    "c3d": c3d,
    "voxnet": voxnet,
    "next_frame": next_frame,
    "anomaly_autoencoder": anomaly_autoencoder,
    "lrcn": lrcn,
    "lipnet": lipnet,
}
