"""Generators, their critics, and autoencoders."""

import keras  # noqa: TID253 - Keras models; nothing in seqbench imports them

layers = keras.layers


def dcgan_generator() -> keras.Sequential:
    """DCGAN's generator (Radford et al. 2016, fig. 1): an eighth of the width."""
    stack: list[keras.Layer] = []
    for filters in (64, 32, 16):
        stack += [
            layers.Conv2DTranspose(filters, 5, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    return keras.Sequential(
        [
            keras.Input((100,)),
            layers.Dense(4 * 4 * 128, use_bias=False),
            layers.Reshape((4, 4, 128)),
            layers.BatchNormalization(),
            layers.ReLU(),
            *stack,
            layers.Conv2DTranspose(3, 5, strides=2, padding="same", activation="tanh"),
        ]
    )


def dcgan_discriminator() -> keras.Sequential:
    """DCGAN's discriminator (Radford et al. 2016): a quarter of the width."""
    stack: list[keras.Layer] = []
    for filters in (32, 64, 128):
        stack += [
            layers.Conv2D(filters, 5, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=0.2),
        ]
    return keras.Sequential(
        [
            keras.Input((64, 64, 3)),
            layers.Conv2D(16, 5, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            *stack,
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def sngan_discriminator() -> keras.Sequential:
    """SNGAN's standard CNN for CIFAR-10 (Miyato et al. 2018, table 3): a quarter of the width."""
    rows = [(16, 3, 1), (16, 4, 2), (32, 3, 1), (32, 4, 2), (64, 3, 1), (64, 4, 2), (128, 3, 1)]
    stack: list[keras.Layer] = []
    for filters, size, strides in rows:
        conv = layers.Conv2D(filters, size, strides=strides, padding="same")
        stack += [layers.SpectralNormalization(conv), layers.LeakyReLU(negative_slope=0.1)]
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *stack,
            layers.Flatten(),
            layers.SpectralNormalization(layers.Dense(1)),
        ]
    )


def progressive_generator() -> keras.Sequential:
    """Progressive GAN's generator, grown to 32 x 32 (Karras et al. 2018, table 2).

    An eighth of the width. Pixel norm is unit normalization over the channels, times the square
    root of their number. The scale that the paper gives weights at run time is in the weights.
    """

    def pixel_norm() -> list[keras.Layer]:
        return [layers.UnitNormalization(axis=-1), layers.Rescaling(8.0)]

    def normed(layer: keras.Layer) -> list[keras.Layer]:
        return [layer, layers.LeakyReLU(negative_slope=0.2), *pixel_norm()]

    def conv() -> list[keras.Layer]:
        return normed(layers.Conv2D(64, 3, padding="same"))

    return keras.Sequential(
        [
            keras.Input((64,)),
            *pixel_norm(),
            layers.Reshape((1, 1, 64)),
            *normed(layers.Conv2DTranspose(64, 4)),
            *conv(),
            *[layer for _ in range(3) for layer in (layers.UpSampling2D(), *conv(), *conv())],
            layers.Conv2D(3, 1),
        ]
    )


def deep_autoencoder() -> keras.Sequential:
    """The deep autoencoder of MNIST, 784-1000-500-250-30 (Hinton and Salakhutdinov 2006)."""
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(1000, activation="sigmoid"),
            layers.Dense(500, activation="sigmoid"),
            layers.Dense(250, activation="sigmoid"),
            layers.Dense(30),
            layers.Dense(250, activation="sigmoid"),
            layers.Dense(500, activation="sigmoid"),
            layers.Dense(1000, activation="sigmoid"),
            layers.Dense(784, activation="sigmoid"),
        ]
    )


def conv_autoencoder() -> keras.Sequential:
    """A deep convolutional embedded clustering autoencoder (Guo et al. 2017, DCEC, fig. 2).

    32-64-128 strided convolutions to an embedding of 10, and back by transposed ones.
    """
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2D(64, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2D(128, 3, strides=2, padding="valid", activation="relu"),
            layers.Flatten(),
            layers.Dense(10),
            layers.Dense(1152, activation="relu"),
            layers.Reshape((3, 3, 128)),
            layers.Conv2DTranspose(64, 3, strides=2, padding="valid", activation="relu"),
            layers.Conv2DTranspose(32, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(1, 5, strides=2, padding="same"),
        ]
    )


MODELS = {
    "dcgan_generator": dcgan_generator,
    "dcgan_discriminator": dcgan_discriminator,
    "sngan_discriminator": sngan_discriminator,
    "progressive_generator": progressive_generator,
    "deep_autoencoder": deep_autoencoder,
    "conv_autoencoder": conv_autoencoder,
}
