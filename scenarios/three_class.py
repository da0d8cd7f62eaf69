"""Three kinds of iris from four measurements, labels one-hot. Real data: scikit-learn's iris."""

import keras
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from seqbench import Data, Scenario, Training


def build() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )


def data() -> Data:
    iris = load_iris()
    one_hot = keras.utils.to_categorical(iris.target, num_classes=3).astype("float32")
    x_train, x_test, y_train, y_test = train_test_split(
        iris.data, one_hot, test_size=0.25, random_state=0, stratify=iris.target
    )
    scaler = StandardScaler().fit(x_train)
    return Data(
        x_train=scaler.transform(x_train).astype("float32"),
        y_train=y_train,
        x_test=scaler.transform(x_test).astype("float32"),
        y_test=y_test,
    )


SCENARIO = Scenario(
    name="three_class",
    summary="softmax over three classes with one-hot labels (iris)",
    build=build,
    data=data,
    training=Training(
        loss="categorical_crossentropy",
        optimizer=lambda: keras.optimizers.Adam(learning_rate=0.01),
        batch_size=16,
        epochs=30,
        metrics=("accuracy",),
    ),
    batch_sizes=(1, 32),
    seed=0,
)
