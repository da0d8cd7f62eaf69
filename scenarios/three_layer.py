"""Three dense layers: two measurements of a wine tell four others. Real data: scikit-learn's wine.

The inputs are a wine's flavanoids and the strength of its colour; the targets are its alcohol,
total phenols, hue and dilution. All six are standardised, so an error of 1 is one standard
deviation and always answering the mean gives an mse of about 1.
"""

import keras
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from seqbench import Data, Scenario, Training

INPUTS = ["flavanoids", "color_intensity"]
TARGETS = ["alcohol", "total_phenols", "hue", "od280/od315_of_diluted_wines"]


def build() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(2, activation="relu", name="layer_1"),
            keras.layers.Dense(3, activation="relu", name="layer_2"),
            keras.layers.Dense(4, name="layer_3"),
        ]
    )


def data() -> Data:
    wine = load_wine()
    columns = [wine.feature_names.index(name) for name in INPUTS + TARGETS]
    train, test = train_test_split(wine.data[:, columns], test_size=0.25, random_state=0)
    scaler = StandardScaler().fit(train)
    train, test = (scaler.transform(part).astype("float32") for part in (train, test))
    return Data(x_train=train[:, :2], y_train=train[:, 2:], x_test=test[:, :2], y_test=test[:, 2:])


SCENARIO = Scenario(
    name="three_layer",
    summary="three small dense layers, two inputs and four outputs (wine)",
    build=build,
    data=data,
    training=Training(
        loss="mse",
        optimizer=lambda: keras.optimizers.Adam(learning_rate=0.01),
        batch_size=16,
        epochs=30,
        metrics=("mae", "mse"),
    ),
    batch_sizes=(1, 2, 32),
    seed=0,
)
