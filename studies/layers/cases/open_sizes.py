"""Models of several layers, or unusual ones, whose time or image size is open."""

from studies.layers.case import Shape, builders, case, stack

IMAGE: Shape = (None, None, 3)
VOLUME: Shape = (None, None, None, 2)

CASES = (
    *(
        case(
            "Resizing",
            f"open-{method}{'-antialias' if antialias else ''}",
            IMAGE,
            height=5,
            width=17,
            interpolation=method,
            antialias=antialias,
        )
        for method, antialias in (
            ("bilinear", True),
            ("bicubic", False),
            ("bicubic", True),
            ("lanczos3", False),
            ("lanczos5", True),
        )
    ),
    case("Resizing", "open-crop", IMAGE, height=5, width=7, crop_to_aspect_ratio=True),
    case("Resizing", "open-pad", IMAGE, height=5, width=7, pad_to_aspect_ratio=True),
    case("UpSampling2D", "open-bicubic", IMAGE, size=2, interpolation="bicubic"),
    case("CenterCrop", "open", IMAGE, height=5, width=7),
    case("MaxPooling3D", "open", VOLUME, padding="same"),
    case("AveragePooling3D", "open", VOLUME, pool_size=2, padding="same"),
    case("Conv3D", "open", VOLUME, filters=3, kernel_size=3, strides=2, padding="same"),
    case("Conv2DTranspose", "open-narrow", IMAGE, filters=3, kernel_size=(1, 2), strides=2),
    case("Conv3DTranspose", "open", (None, 4, 4, 2), filters=3, kernel_size=3, strides=2),
    stack(
        "Conv2D",
        "open-channels-first",
        (3, None, None),
        lambda k: [
            k.Conv2D(6, 3, data_format="channels_first"),
            k.GlobalAveragePooling2D(data_format="channels_first"),
            k.Dense(3),
        ],
    ),
    stack(
        "Conv2D",
        "open-encoder-decoder",
        (None, None, 1),
        lambda k: [
            k.Conv2D(4, 3, padding="same", activation="relu"),
            k.MaxPooling2D(),
            k.Conv2D(4, 3, padding="same"),
            k.UpSampling2D(interpolation="bilinear"),
            k.Conv2DTranspose(3, 3, strides=2, padding="same"),
            k.Conv2D(1, 1, activation="sigmoid"),
        ],
    ),
    stack(
        "Conv1D",
        "open-deep",
        (None, 2),
        lambda k: [
            *(layer for _ in range(4) for layer in (k.Conv1D(4, 3), k.MaxPooling1D(2))),
            k.GlobalAveragePooling1D(),
            k.Dense(2),
        ],
    ),
    stack(
        "STFTSpectrogram", "open", (None, 1), lambda k: k.STFTSpectrogram("magnitude", 32, 16, 32)
    ),
    case(
        "MelSpectrogram",
        "open",
        (None,),
        fft_length=64,
        sequence_stride=32,
        num_mel_bins=8,
        sampling_rate=800,
        max_freq=400.0,
    ),
    stack(
        "TimeDistributed",
        "open-cnn-lstm",
        (None, 8, 8, 1),
        lambda k: [
            k.TimeDistributed(k.Conv2D(3, 3)),
            k.TimeDistributed(k.GlobalAveragePooling2D()),
            k.LSTM(4),
            k.Dense(2),
        ],
    ),
    stack(
        "TimeDistributed",
        "open-both",
        (None, None, 3),
        lambda k: [k.TimeDistributed(k.Dense(4)), k.TimeDistributed(k.LSTM(3))],
    ),
    stack(
        "Embedding",
        "open-mask-gru",
        (None,),
        lambda k: [
            k.Embedding(20, 4, mask_zero=True),
            k.GRU(4, return_sequences=True),
            k.TimeDistributed(k.Dense(3, "softmax")),
        ],
        takes="int32",
    ),
)
MODELS = builders(CASES)
