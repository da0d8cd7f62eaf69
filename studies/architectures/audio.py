"""Sound: keywords, speech, music and noises, from features, spectrograms or samples."""

import keras  # noqa: TID253 - Keras models; nothing in seqbench imports them

layers = keras.layers


def cnn_trad_fpool3() -> keras.Sequential:
    """Keyword spotting, cnn-trad-fpool3 (Sainath and Parada 2015, table 1), as published."""
    return keras.Sequential(
        [
            keras.Input((32, 40, 1)),
            layers.Conv2D(64, (20, 8), activation="relu"),
            layers.MaxPooling2D((1, 3)),
            layers.Conv2D(64, (10, 4), activation="relu"),
            layers.Flatten(),
            layers.Dense(32),
            layers.Dense(128, activation="relu"),
            layers.Dense(4, activation="softmax"),
        ]
    )


def ds_cnn_small() -> keras.Sequential:
    """DS-CNN small (Zhang et al. 2017, Hello Edge, table 9), as published."""

    def ended() -> list[keras.Layer]:
        return [layers.BatchNormalization(), layers.ReLU()]

    separable: list[keras.Layer] = []
    for _ in range(4):
        separable += [
            layers.DepthwiseConv2D(3, padding="same", use_bias=False),
            *ended(),
            layers.Conv2D(64, 1, use_bias=False),
            *ended(),
        ]
    return keras.Sequential(
        [
            keras.Input((49, 10, 1)),
            layers.Conv2D(64, (10, 4), strides=2, padding="same", use_bias=False),
            *ended(),
            *separable,
            layers.AveragePooling2D((25, 5)),
            layers.Flatten(),
            layers.Dense(12, activation="softmax"),
        ]
    )


def keyword_crnn() -> keras.Sequential:
    """Keyword spotting CRNN (Arik et al. 2017, fig. 1): (20, 5) kernels, (8, 2) strides, 2 BiGRU.

    As the paper's chosen model: 32 filters, 32 recurrent units, 64 hidden ones.
    """
    return keras.Sequential(
        [
            keras.Input((151, 40, 1)),
            layers.Conv2D(32, (20, 5), strides=(8, 2), activation="relu"),
            layers.TimeDistributed(layers.Flatten()),
            layers.Bidirectional(layers.GRU(32, return_sequences=True)),
            layers.Bidirectional(layers.GRU(32)),
            layers.Dense(64, activation="relu"),
            layers.Dense(2, activation="softmax"),
        ]
    )


def m5() -> keras.Sequential:
    """M5 on raw samples (Dai et al. 2017, table 1): a quarter of the width, 1 s at 8 kHz."""

    def block(filters: int, size: int, strides: int = 1) -> list[keras.Layer]:
        return [
            layers.Conv1D(filters, size, strides=strides, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling1D(4),
        ]

    return keras.Sequential(
        [
            keras.Input((8000, 1)),
            *block(32, 80, 4),
            *block(32, 3),
            *block(64, 3),
            *block(128, 3),
            layers.GlobalAveragePooling1D(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def sample_cnn() -> keras.Sequential:
    """SampleCNN, 3^7 model (Lee et al. 2017, table 1): an eighth of the width, 50 tags."""
    stack: list[keras.Layer] = []
    for filters in (16, 16, 32, 32, 32, 32):
        stack += [
            layers.Conv1D(filters, 3, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling1D(3),
        ]
    return keras.Sequential(
        [
            keras.Input((3**8, 1)),
            layers.Conv1D(16, 3, strides=3),
            layers.BatchNormalization(),
            layers.ReLU(),
            *stack,
            layers.Conv1D(64, 3, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling1D(3),
            layers.Conv1D(64, 1),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dropout(0.5),
            layers.Flatten(),
            layers.Dense(50, activation="sigmoid"),
        ]
    )


def piczak_cnn() -> keras.Sequential:
    """Environmental sounds (Piczak 2015, fig. 1): mel bands and deltas; a quarter of the width."""
    return keras.Sequential(
        [
            keras.Input((60, 41, 2)),
            layers.Conv2D(20, (57, 6), activation="relu"),
            layers.MaxPooling2D((4, 3), strides=(1, 3)),
            layers.Dropout(0.5),
            layers.Conv2D(20, (1, 3), activation="relu"),
            layers.MaxPooling2D((1, 3), strides=(1, 3)),
            layers.Flatten(),
            layers.Dense(1250, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1250, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(50, activation="softmax"),
        ]
    )


def music_crnn() -> keras.Sequential:
    """Music tagging CRNN (Choi et al. 2017, fig. 1d): a quarter of the width, 240 frames."""
    rows = [(8, (2, 2)), (16, (3, 3)), (16, (4, 4)), (16, (4, 4))]
    stack: list[keras.Layer] = []
    for filters, pool in rows:
        stack += [
            layers.Conv2D(filters, 3, padding="same"),
            layers.BatchNormalization(),
            layers.ELU(),
            layers.MaxPooling2D(pool),
            layers.Dropout(0.1),
        ]
    return keras.Sequential(
        [
            keras.Input((96, 240, 1)),
            layers.BatchNormalization(axis=2),
            *stack,
            layers.Permute((2, 1, 3)),
            layers.TimeDistributed(layers.Flatten()),
            layers.GRU(32, return_sequences=True),
            layers.GRU(32),
            layers.Dropout(0.3),
            layers.Dense(50, activation="sigmoid"),
        ]
    )


def mel_fcn() -> keras.Sequential:
    """FCN-4 on mel spectrograms made in the model (Choi et al. 2016): an eighth of the width.

    1 s at 12 kHz of 29 s, hop 256, 96 bands as in the paper; the poolings in time are smaller.
    """
    stack: list[keras.Layer] = []
    for filters, pool in ((16, (2, 2)), (48, (4, 2)), (96, (3, 2)), (256, (4, 5))):
        stack += [
            layers.Conv2D(filters, 3, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(pool),
        ]
    return keras.Sequential(
        [
            keras.Input((12000,)),
            layers.MelSpectrogram(
                fft_length=512, sequence_stride=256, sampling_rate=12000, num_mel_bins=96
            ),
            layers.Reshape((96, -1, 1)),
            layers.BatchNormalization(),
            *stack,
            layers.Flatten(),
            layers.Dense(50, activation="sigmoid"),
        ]
    )


def stft_crnn() -> keras.Sequential:
    """Sound events by frame (Cakir et al. 2017, Convolutional recurrent networks, fig. 1).

    Three convolutions that pool frequency only, a GRU, a sigmoid at each frame. The logarithm of
    an STFT made in the model replaces mel energies; an eighth of the width, 31 frames.
    """

    def block(pool: int) -> list[keras.Layer]:
        return [
            layers.Conv2D(12, 5, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D((1, pool)),
            layers.Dropout(0.25),
        ]

    return keras.Sequential(
        [
            keras.Input((2048, 1)),
            layers.STFTSpectrogram(
                mode="log", frame_length=128, frame_step=64, fft_length=128, expand_dims=True
            ),
            *block(5),
            *block(4),
            *block(2),
            layers.TimeDistributed(layers.Flatten()),
            layers.GRU(12, return_sequences=True),
            layers.TimeDistributed(layers.Dense(6, activation="sigmoid")),
        ]
    )


def deep_speech() -> keras.Sequential:
    """Deep Speech (Hannun et al. 2014): clipped ReLU, one bidirectional layer whose halves add.

    A sixteenth of the width, at any length; the recurrent layer's ReLU is not clipped.
    """

    def clipped() -> list[keras.Layer]:
        return [layers.TimeDistributed(layers.Dense(128)), layers.ReLU(max_value=20)]

    recurrent = layers.SimpleRNN(
        128, activation="relu", recurrent_initializer="identity", return_sequences=True
    )
    return keras.Sequential(
        [
            keras.Input((None, 26)),
            layers.ZeroPadding1D(5),
            layers.Conv1D(128, 11),
            layers.ReLU(max_value=20),
            *clipped(),
            *clipped(),
            layers.Bidirectional(recurrent, merge_mode="sum"),
            *clipped(),
            layers.TimeDistributed(layers.Dense(29, activation="softmax")),
        ]
    )


MODELS = {
    "cnn_trad_fpool3": cnn_trad_fpool3,
    "ds_cnn_small": ds_cnn_small,
    "keyword_crnn": keyword_crnn,
    "m5": m5,
    "sample_cnn": sample_cnn,
    "piczak_cnn": piczak_cnn,
    "music_crnn": music_crnn,
    "mel_fcn": mel_fcn,
    "stft_crnn": stft_crnn,
    "deep_speech": deep_speech,
}
