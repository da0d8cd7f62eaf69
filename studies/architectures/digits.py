"""Small images: digits and CIFAR's ten classes."""

import keras  # noqa: TID253 - Keras models; nothing in seqbench imports them

layers = keras.layers


def lenet5() -> keras.Sequential:
    """LeNet-5 as it is mostly rebuilt (LeCun et al. 1998, Gradient-based learning, fig. 2).

    C3 sees all maps of S2, the subsampling has no weights, and softmax replaces the RBF units.
    """
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.Conv2D(6, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(120, 5, activation="tanh"),
            layers.Flatten(),
            layers.Dense(84, activation="tanh"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def lenet5_1998() -> keras.Sequential:
    """LeNet-5 nearer to the paper (LeCun et al. 1998): scaled tanh, subsampling with weights.

    S2 and S4 multiply each map's mean by a coefficient, add a bias and squash: 1.7159 tanh(2x/3),
    appendix A. C3 sees all maps, and softmax replaces the RBF units.
    """

    def squashed() -> list[keras.Layer]:
        return [layers.Rescaling(2 / 3), layers.Activation("tanh"), layers.Rescaling(1.7159)]

    def subsampled() -> list[keras.Layer]:
        return [layers.AveragePooling2D(2), layers.DepthwiseConv2D(1), *squashed()]

    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.Conv2D(6, 5),
            *squashed(),
            *subsampled(),
            layers.Conv2D(16, 5),
            *squashed(),
            *subsampled(),
            layers.Conv2D(120, 5),
            *squashed(),
            layers.Flatten(),
            layers.Dense(84),
            *squashed(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def mcdnn_column() -> keras.Sequential:
    """One column of the multi-column network for MNIST (Ciresan et al. 2012, table 1)."""
    return keras.Sequential(
        [
            keras.Input((29, 29, 1)),
            layers.Conv2D(20, 4, activation="tanh"),
            layers.MaxPooling2D(),
            layers.Conv2D(40, 5, activation="tanh"),
            layers.MaxPooling2D(3),
            layers.Flatten(),
            layers.Dense(150, activation="tanh"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def all_cnn_c() -> keras.Sequential:
    """All-CNN-C (Springenberg et al. 2015, Striving for simplicity); a quarter of the width."""

    def conv(filters: int, size: int, strides: int = 1, padding: str = "same") -> keras.Layer:
        return layers.Conv2D(filters, size, strides=strides, padding=padding, activation="relu")

    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Dropout(0.2),
            conv(24, 3),
            conv(24, 3),
            conv(24, 3, 2),
            layers.Dropout(0.5),
            conv(48, 3),
            conv(48, 3),
            conv(48, 3, 2),
            layers.Dropout(0.5),
            conv(48, 3, padding="valid"),
            conv(48, 1),
            conv(10, 1),
            layers.GlobalAveragePooling2D(),
            layers.Softmax(),
        ]
    )


def network_in_network() -> keras.Sequential:
    """Network in network for CIFAR-10 (Lin et al. 2014); a quarter of the width."""

    def conv(filters: int, size: int) -> keras.Layer:
        return layers.Conv2D(filters, size, padding="same", activation="relu")

    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            conv(48, 5),
            conv(40, 1),
            conv(24, 1),
            layers.MaxPooling2D(3, strides=2, padding="same"),
            layers.Dropout(0.5),
            conv(48, 5),
            conv(48, 1),
            conv(48, 1),
            layers.AveragePooling2D(3, strides=2, padding="same"),
            layers.Dropout(0.5),
            conv(48, 3),
            conv(48, 1),
            conv(10, 1),
            layers.GlobalAveragePooling2D(),
            layers.Softmax(),
        ]
    )


def vgg16_cifar() -> keras.Sequential:
    """VGG-16 for CIFAR-10 with batch normalization (Liu and Deng 2015); a quarter of the width."""

    def block(filters: int, dropouts: tuple[float, ...]) -> list[keras.Layer]:
        block: list[keras.Layer] = []
        for rate in dropouts:
            block += [
                layers.Conv2D(filters, 3, padding="same", activation="relu"),
                layers.BatchNormalization(),
                layers.Dropout(rate),
            ]
        return [*block[:-1], layers.MaxPooling2D()]

    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *block(16, (0.3, 0)),
            *block(32, (0.4, 0)),
            *block(64, (0.4, 0.4, 0)),
            *block(128, (0.4, 0.4, 0)),
            *block(128, (0.4, 0.4, 0)),
            layers.Dropout(0.5),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


MODELS = {
    "lenet5": lenet5,
    "lenet5_1998": lenet5_1998,
    "mcdnn_column": mcdnn_column,
    "all_cnn_c": all_cnn_c,
    "network_in_network": network_in_network,
    "vgg16_cifar": vgg16_cifar,
}
