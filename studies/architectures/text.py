"""Words, characters and the items of shops: whole numbers in."""

import keras  # noqa: TID253 - Keras models; nothing in seqbench imports them

layers = keras.layers

WORDS = 1000
"""The vocabulary here; the papers' have tens of thousands, which make the files large only."""


def kim_cnn() -> keras.Sequential:
    """Sentence classification (Kim 2014), one width of filters of the paper's three."""
    return keras.Sequential(
        [
            keras.Input((56,), dtype="int32"),
            layers.Embedding(WORDS, 300),
            layers.Conv1D(100, 5, activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dropout(0.5),
            layers.Dense(2, activation="softmax"),
        ]
    )


def char_cnn() -> keras.Sequential:
    """Character-level CNN (Zhang et al. 2015, tables 1 and 2), small model: width an eighth.

    The one-hot code of the alphabet's 70 characters is made in the model; 1014 characters.
    """
    rows = [(7, True), (7, True), (3, False), (3, False), (3, False), (3, True)]
    stack: list[keras.Layer] = []
    for size, pooled in rows:
        stack.append(layers.Conv1D(32, size, activation="relu"))
        if pooled:
            stack.append(layers.MaxPooling1D(3))
    return keras.Sequential(
        [
            keras.Input((1014,), dtype="int32"),
            layers.CategoryEncoding(70, output_mode="one_hot"),
            *stack,
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(4, activation="softmax"),
        ]
    )


def vdcnn() -> keras.Sequential:
    """VDCNN of depth 9 without shortcuts (Conneau et al. 2017, fig. 1): a quarter of the width.

    256 characters of 1024; global maximum in place of the k largest.
    """
    stack: list[keras.Layer] = []
    for block, filters in enumerate((16, 32, 64, 128)):
        if block:
            stack.append(layers.MaxPooling1D(3, strides=2, padding="same"))
        for _ in range(2):
            stack += [
                layers.Conv1D(filters, 3, padding="same"),
                layers.BatchNormalization(),
                layers.ReLU(),
            ]
    return keras.Sequential(
        [
            keras.Input((256,), dtype="int32"),
            layers.Embedding(69, 16),
            layers.Conv1D(16, 3, padding="same"),
            *stack,
            layers.GlobalMaxPooling1D(),
            layers.Dense(256, activation="relu"),
            layers.Dense(256, activation="relu"),
            layers.Dense(4, activation="softmax"),
        ]
    )


def fasttext() -> keras.Sequential:
    """fastText's classifier (Joulin et al. 2017, fig. 1): ten dimensions, averaged over words."""
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(WORDS, 10),
            layers.GlobalAveragePooling1D(),
            layers.Dense(4, activation="softmax"),
        ]
    )


def deep_averaging() -> keras.Sequential:
    """Deep averaging network (Iyyer et al. 2015): the mean of the words there are, three layers."""
    return keras.Sequential(
        [
            keras.Input((40,), dtype="int32"),
            layers.Embedding(WORDS, 300, mask_zero=True),
            layers.GlobalAveragePooling1D(),
            layers.Dense(300, activation="tanh"),
            layers.Dense(300, activation="tanh"),
            layers.Dense(300, activation="tanh"),
            layers.Dense(5, activation="softmax"),
        ]
    )


def bilstm_sentiment() -> keras.Sequential:
    """Bidirectional LSTM over sentences (Tai et al. 2015, baseline of table 2), padding masked."""
    return keras.Sequential(
        [
            keras.Input((40,), dtype="int32"),
            layers.Embedding(WORDS, 100, mask_zero=True),
            layers.Bidirectional(layers.LSTM(84)),
            layers.Dropout(0.5),
            layers.Dense(5, activation="softmax"),
        ]
    )


def zaremba_lstm() -> keras.Sequential:
    """Language model of two regularized LSTMs (Zaremba et al. 2014), medium: 128 units of 650."""
    return keras.Sequential(
        [
            keras.Input((35,), dtype="int32"),
            layers.Embedding(WORDS, 128),
            layers.Dropout(0.5),
            layers.LSTM(128, return_sequences=True),
            layers.Dropout(0.5),
            layers.LSTM(128, return_sequences=True),
            layers.Dropout(0.5),
            layers.Dense(WORDS, activation="softmax"),
        ]
    )


def bigru_tagger() -> keras.Sequential:
    """Tagging words, two bidirectional layers (Huang et al. 2015), GRU for LSTM, without CRF."""
    return keras.Sequential(
        [
            keras.Input((30,), dtype="int32"),
            layers.Embedding(WORDS, 100, mask_zero=True),
            layers.Bidirectional(layers.GRU(64, return_sequences=True, dropout=0.2)),
            layers.Bidirectional(layers.GRU(64, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(9, activation="softmax")),
        ]
    )


def c_lstm() -> keras.Sequential:
    """C-LSTM (Zhou et al. 2015): an LSTM on windows of a convolution, one width, 150 filters."""
    return keras.Sequential(
        [
            keras.Input((48,), dtype="int32"),
            layers.Embedding(WORDS, 300),
            layers.Dropout(0.5),
            layers.Conv1D(150, 3, activation="relu"),
            layers.LSTM(150),
            layers.Dropout(0.5),
            layers.Dense(5, activation="softmax"),
        ]
    )


def gru4rec() -> keras.Sequential:
    """GRU4Rec (Hidasi et al. 2016): the next item of a session, 100 units, items one-hot."""
    return keras.Sequential(
        [
            keras.Input((20,), dtype="int32"),
            layers.Embedding(WORDS, WORDS, embeddings_initializer="identity", trainable=False),
            layers.GRU(100),
            layers.Dense(WORDS, activation="tanh"),
        ]
    )


def addition_rnn() -> keras.Sequential:
    """Sums spelled digit by digit, after Zaremba and Sutskever 2014 (Keras's addition_rnn)."""
    return keras.Sequential(
        [
            keras.Input((7, 12)),
            layers.LSTM(128),
            layers.RepeatVector(4),
            layers.LSTM(128, return_sequences=True),
            layers.Dense(12, activation="softmax"),
        ]
    )


MODELS = {
    "kim_cnn": kim_cnn,
    "char_cnn": char_cnn,
    "vdcnn": vdcnn,
    "fasttext": fasttext,
    "deep_averaging": deep_averaging,
    "bilstm_sentiment": bilstm_sentiment,
    "zaremba_lstm": zaremba_lstm,
    "bigru_tagger": bigru_tagger,
    "c_lstm": c_lstm,
    "gru4rec": gru4rec,
    "addition_rnn": addition_rnn,
}
