"""Rows of numbers, and what drives: tables, ratings, games, cars and physics."""

import keras  # noqa: TID253 - Keras models; nothing in seqbench imports them

layers = keras.layers


def lenet_300_100() -> keras.Sequential:
    """LeNet-300-100 (LeCun et al. 1998, section III.C.3), with tanh."""
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(300, activation="tanh"),
            layers.Dense(100, activation="tanh"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def self_normalizing() -> keras.Sequential:
    """Self-normalizing network (Klambauer et al. 2017): eight layers of SELU, alpha dropout."""
    stack: list[keras.Layer] = []
    for _ in range(8):
        stack += [
            layers.Dense(128, activation="selu", kernel_initializer="lecun_normal"),
            layers.AlphaDropout(0.05),
        ]
    return keras.Sequential([keras.Input((54,)), *stack, layers.Dense(7, activation="softmax")])


def higgs() -> keras.Sequential:
    """Exotic particles (Baldi et al. 2014): five layers of 300, tanh, dropout on top."""
    return keras.Sequential(
        [
            keras.Input((28,)),
            *[layers.Dense(300, activation="tanh") for _ in range(4)],
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def autorec() -> keras.Sequential:
    """I-AutoRec (Sedhain et al. 2015): a user's ratings through 500 units, for 1000 users."""
    return keras.Sequential(
        [
            keras.Input((1000,)),
            layers.Dense(500, activation="sigmoid"),
            layers.Dense(1000),
        ]
    )


def burgers_pinn() -> keras.Sequential:
    """A physics-informed network for Burgers' equation (Raissi et al. 2019): nine layers of 20."""
    return keras.Sequential(
        [
            keras.Input((2,)),
            layers.Normalization(mean=(0.0, 0.5), variance=(1 / 3, 1 / 12)),
            *[layers.Dense(20, activation="tanh") for _ in range(8)],
            layers.Dense(1),
        ]
    )


def ddpg_actor() -> keras.Sequential:
    """DDPG's actor (Lillicrap et al. 2016): 400-300, batch normalization; 17 numbers in, 6 out."""
    return keras.Sequential(
        [
            keras.Input((17,)),
            layers.BatchNormalization(),
            layers.Dense(400),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dense(300),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dense(6, activation="tanh"),
        ]
    )


def dqn() -> keras.Sequential:
    """DQN for Atari (Mnih et al. 2015, methods): four frames of bytes; as published."""
    return keras.Sequential(
        [
            keras.Input((84, 84, 4), dtype="uint8"),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 8, strides=4, activation="relu"),
            layers.Conv2D(64, 4, strides=2, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dense(18),
        ]
    )


def pilotnet() -> keras.Sequential:
    """PilotNet, steering from a camera (Bojarski et al. 2016, fig. 4), as published."""
    return keras.Sequential(
        [
            keras.Input((66, 200, 3)),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Conv2D(24, 5, strides=2, activation="relu"),
            layers.Conv2D(36, 5, strides=2, activation="relu"),
            layers.Conv2D(48, 5, strides=2, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dense(50, activation="relu"),
            layers.Dense(10, activation="relu"),
            layers.Dense(1),
        ]
    )


MODELS = {
    "lenet_300_100": lenet_300_100,
    "self_normalizing": self_normalizing,
    "higgs": higgs,
    "autorec": autorec,
    "burgers_pinn": burgers_pinn,
    "ddpg_actor": ddpg_actor,
    "dqn": dqn,
    "pilotnet": pilotnet,
}
