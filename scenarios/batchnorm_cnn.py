"""Digits in colour, with cheap convolutions. Real data: scikit-learn's digits, enlarged and tinted.

Each 8x8 digit is enlarged to 32x32 and drawn in a random colour on a random darker ground, so the
model has to learn shapes whatever their colour.
"""

import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from seqbench import Data, Scenario, Training

EPOCHS = 9


def build() -> keras.Sequential:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(max_value=6),
            layers.SeparableConv2D(32, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.LeakyReLU(negative_slope=0.1),
            layers.MaxPooling2D(),
            layers.DepthwiseConv2D(3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ELU(),
            layers.Conv2D(32, 1, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )


def data() -> Data:
    digits = load_digits()
    rng = np.random.default_rng(0)
    strokes = np.kron(digits.images / 16, np.ones((4, 4)))[..., None]
    ink = rng.uniform(0.6, 1.0, (len(strokes), 1, 1, 3))
    ground = rng.uniform(0.0, 0.4, (len(strokes), 1, 1, 3))
    x = (strokes * ink + (1 - strokes) * ground).astype("float32")
    y = digits.target.astype("int32")
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=0.25, random_state=0, stratify=y
    )
    return Data(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


def optimizer() -> keras.optimizers.Optimizer:
    """Return one whose steps get smaller towards the end: large ones unsettle the averages."""
    steps = EPOCHS * 43  # 1347 rows in batches of 32
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, steps))


SCENARIO = Scenario(
    name="batchnorm_cnn",
    summary="separable and depthwise convolutions with BatchNorm (coloured digits)",
    build=build,
    data=data,
    training=Training(
        loss="sparse_categorical_crossentropy",
        optimizer=optimizer,
        batch_size=32,
        epochs=EPOCHS,
        metrics=("accuracy",),
    ),
    batch_sizes=(1, 32),
    seed=0,
)
