"""Series in time: signals of bodies, sensors, strokes and meters."""

import keras  # noqa: TID253 - Keras models; nothing in seqbench imports them

layers = keras.layers


def eegnet() -> keras.Sequential:
    """EEGNet-8,2 (Lawhern et al. 2018, table 2), as published: 64 channels, 128 samples."""
    return keras.Sequential(
        [
            keras.Input((64, 128, 1)),
            layers.Conv2D(8, (1, 64), padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.DepthwiseConv2D(
                (64, 1),
                depth_multiplier=2,
                use_bias=False,
                depthwise_constraint=keras.constraints.MaxNorm(1.0),
            ),
            layers.BatchNormalization(),
            layers.ELU(),
            layers.AveragePooling2D((1, 4)),
            layers.Dropout(0.5),
            layers.SeparableConv2D(16, (1, 16), padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ELU(),
            layers.AveragePooling2D((1, 8)),
            layers.Dropout(0.5),
            layers.Flatten(),
            layers.Dense(4, kernel_constraint=keras.constraints.MaxNorm(0.25)),
            layers.Softmax(),
        ]
    )


def deep_convnet() -> keras.Sequential:
    """DeepConvNet for EEG (Schirrmeister et al. 2017, fig. 1), as ported by EEGNet's authors."""
    stack: list[keras.Layer] = []
    for filters in (25, 50, 100, 200):
        size = (64, 1) if filters == 25 else (1, 5)
        stack += [
            layers.Conv2D(filters, size, kernel_constraint=keras.constraints.MaxNorm(2.0)),
            layers.BatchNormalization(epsilon=1e-5, momentum=0.9),
            layers.ELU(),
            layers.MaxPooling2D((1, 2), strides=(1, 2)),
            layers.Dropout(0.5),
        ]
    return keras.Sequential(
        [
            keras.Input((64, 128, 1)),
            layers.Conv2D(25, (1, 5), kernel_constraint=keras.constraints.MaxNorm(2.0)),
            *stack,
            layers.Flatten(),
            layers.Dense(4, kernel_constraint=keras.constraints.MaxNorm(0.5)),
            layers.Softmax(),
        ]
    )


def ecg_cnn() -> keras.Sequential:
    """Beats of an ECG (Kiranyaz et al. 2016): the adaptive 1-D CNN, 32-16-16 on 128 samples."""
    return keras.Sequential(
        [
            keras.Input((128, 2)),
            layers.Conv1D(32, 15, activation="tanh"),
            layers.MaxPooling1D(6),
            layers.Conv1D(16, 15, padding="same", activation="tanh"),
            layers.MaxPooling1D(6),
            layers.Conv1D(16, 15, padding="same", activation="tanh"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(10, activation="tanh"),
            layers.Dense(5, activation="softmax"),
        ]
    )


def deep_conv_lstm() -> keras.Sequential:
    """DeepConvLSTM for wearables (Ordonez and Roggen 2016, fig. 3): 32 filters of 64.

    24 steps of 113 sensors, four convolutions along time, two LSTMs of 128.
    """
    return keras.Sequential(
        [
            keras.Input((24, 113, 1)),
            *[layers.Conv2D(32, (5, 1), activation="relu") for _ in range(4)],
            layers.Reshape((8, -1)),
            layers.Dropout(0.5),
            layers.LSTM(128, return_sequences=True),
            layers.Dropout(0.5),
            layers.LSTM(128),
            layers.Dense(18, activation="softmax"),
        ]
    )


def series_fcn() -> keras.Sequential:
    """FCN, the strong baseline for series (Wang et al. 2017, fig. 1b), at any length."""
    stack: list[keras.Layer] = []
    for filters, size in ((128, 8), (256, 5), (128, 3)):
        stack += [
            layers.Conv1D(filters, size, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    return keras.Sequential(
        [
            keras.Input((None, 1)),
            *stack,
            layers.GlobalAveragePooling1D(),
            layers.Dense(6, activation="softmax"),
        ]
    )


def wavenet_stack() -> keras.Sequential:
    """WaveNet's receptive field (van den Oord et al. 2016): causal, dilated 1 to 128, twice.

    Without gates and shortcuts; 256 levels of a sample after two 1x1 convolutions.
    """
    return keras.Sequential(
        [
            keras.Input((512, 1)),
            layers.Conv1D(24, 2, padding="causal"),
            *[
                layers.Conv1D(24, 2, padding="causal", dilation_rate=2**power, activation="tanh")
                for power in (*range(8), *range(8))
            ],
            layers.ReLU(),
            layers.Conv1D(64, 1, activation="relu"),
            layers.Conv1D(256, 1),
            layers.Softmax(),
        ]
    )


def tcn() -> keras.Sequential:
    """TCN for the adding problem (Bai et al. 2018): kernel 7, dilation doubling; no shortcuts.

    Layer normalization for weight normalization, which Keras does not have; at any length.
    """
    stack: list[keras.Layer] = []
    for level in range(6):
        for _ in range(2):
            stack += [
                layers.Conv1D(24, 7, padding="causal", dilation_rate=2**level),
                layers.LayerNormalization(),
                layers.ReLU(),
                layers.SpatialDropout1D(0.1),
            ]
    return keras.Sequential([keras.Input((None, 2)), *stack, layers.Dense(1)])


def lstm_autoencoder() -> keras.Sequential:
    """LSTM encoder-decoder for anomalies (Malhotra et al. 2016), unconditioned decoder."""
    return keras.Sequential(
        [
            keras.Input((32, 3)),
            layers.LSTM(64),
            layers.RepeatVector(32),
            layers.LSTM(64, return_sequences=True, go_backwards=True),
            layers.TimeDistributed(layers.Dense(3)),
        ]
    )


def quickdraw_rnn() -> keras.Sequential:
    """Sketches by strokes (TensorFlow's RNN tutorial for Quick, Draw!, 2017): 40 units of 128.

    Three convolutions of 48, 64 and 96, three bidirectional LSTMs, the mean over time for the sum.
    """
    return keras.Sequential(
        [
            keras.Input((64, 3)),
            layers.BatchNormalization(),
            layers.Conv1D(48, 5, padding="same"),
            layers.Dropout(0.3),
            layers.Conv1D(64, 5, padding="same"),
            layers.Dropout(0.3),
            layers.Conv1D(96, 3, padding="same"),
            *[layers.Bidirectional(layers.LSTM(40, return_sequences=True)) for _ in range(3)],
            layers.GlobalAveragePooling1D(),
            layers.Dense(345, activation="softmax"),
        ]
    )


def seq2point() -> keras.Sequential:
    """Appliances from one meter, sequence to point (Zhang et al. 2018, fig. 2): window of 599.

    128 hidden units of 1024.
    """
    return keras.Sequential(
        [
            keras.Input((599, 1)),
            layers.Conv1D(30, 10, padding="same", activation="relu"),
            layers.Conv1D(30, 8, padding="same", activation="relu"),
            layers.Conv1D(40, 6, padding="same", activation="relu"),
            layers.Conv1D(50, 5, padding="same", activation="relu"),
            layers.Conv1D(50, 5, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(1),
        ]
    )


MODELS = {
    "eegnet": eegnet,
    "deep_convnet": deep_convnet,
    "ecg_cnn": ecg_cnn,
    "deep_conv_lstm": deep_conv_lstm,
    "series_fcn": series_fcn,
    "wavenet_stack": wavenet_stack,
    "tcn": tcn,
    "lstm_autoencoder": lstm_autoencoder,
    "quickdraw_rnn": quickdraw_rnn,
    "seq2point": seq2point,
}
