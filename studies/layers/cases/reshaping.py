"""Layers that move, repeat, cut or pad."""

from studies.layers.case import builders, case, stack

CASES = (
    case("Flatten", "image", (3, 4, 2)),
    case("Flatten", "channels-first", (2, 3, 4), data_format="channels_first"),
    case("Flatten", "vector", (3,)),
    stack("Flatten", "conv-dense", (6, 6, 1), lambda k: [k.Conv2D(3, 3), k.Flatten(), k.Dense(2)]),
    case("Reshape", "plain", (12,), target_shape=(3, 4)),
    case("Reshape", "unknown", (12,), target_shape=(-1, 4)),
    case("Reshape", "variable", (None, 4), target_shape=(-1, 2)),
    case("Permute", "plain", (3, 4), dims=(2, 1)),
    case("Permute", "image", (3, 4, 2), dims=(3, 1, 2)),
    case("Permute", "variable", (None, 4), dims=(2, 1)),
    case("RepeatVector", "plain", (4,), n=3),
    case("Cropping1D", "plain", (8, 2), cropping=1),
    case("Cropping1D", "uneven", (8, 2), cropping=(1, 2)),
    case("Cropping1D", "variable", (None, 2), cropping=(1, 2)),
    case("Cropping2D", "plain", (8, 8, 2), cropping=1),
    case("Cropping2D", "uneven", (8, 9, 2), cropping=((1, 2), (0, 3))),
    case("Cropping2D", "channels-first", (2, 8, 8), cropping=2, data_format="channels_first"),
    case("Cropping3D", "plain", (6, 6, 6, 2), cropping=1),
    case("Cropping3D", "uneven", (6, 6, 6, 2), cropping=((1, 2), (0, 3), (1, 0))),
    case("Cropping3D", "channels-first", (2, 6, 6, 6), cropping=1, data_format="channels_first"),
    case("ZeroPadding1D", "plain", (5, 2), padding=2),
    case("ZeroPadding1D", "uneven", (5, 2), padding=(1, 2)),
    case("ZeroPadding1D", "variable", (None, 2), padding=(1, 2)),
    case("ZeroPadding1D", "channels-first", (2, 5), padding=1, data_format="channels_first"),
    case("ZeroPadding2D", "plain", (5, 5, 2), padding=2),
    case("ZeroPadding2D", "uneven", (5, 5, 2), padding=((1, 2), (0, 3))),
    case("ZeroPadding2D", "channels-first", (2, 5, 5), padding=1, data_format="channels_first"),
    case("ZeroPadding2D", "variable", (None, None, 2), padding=1),
    case("ZeroPadding3D", "plain", (3, 4, 5, 2), padding=1),
    case("ZeroPadding3D", "uneven", (3, 4, 5, 2), padding=((1, 2), (0, 3), (1, 0))),
    case("ZeroPadding3D", "channels-first", (2, 3, 4, 5), padding=1, data_format="channels_first"),
    case("UpSampling1D", "plain", (4, 2), size=3),
    case("UpSampling1D", "variable", (None, 2), size=2),
    *(
        case("UpSampling2D", name, (4, 5, 2), size=(2, 3), interpolation=name)
        for name in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
    ),
    case("UpSampling2D", "channels-first", (2, 4, 5), size=2, data_format="channels_first"),
    case(
        "UpSampling2D",
        "bilinear-channels-first",
        (2, 4, 5),
        size=2,
        interpolation="bilinear",
        data_format="channels_first",
    ),
    case("UpSampling2D", "variable", (None, None, 2), size=2),
    case("UpSampling2D", "bilinear-variable", (None, None, 2), size=2, interpolation="bilinear"),
    case("UpSampling3D", "plain", (3, 4, 5, 2), size=2),
    case("UpSampling3D", "uneven", (3, 4, 5, 2), size=(1, 2, 3)),
    case("UpSampling3D", "channels-first", (2, 3, 4, 5), size=2, data_format="channels_first"),
)
MODELS = builders(CASES)
