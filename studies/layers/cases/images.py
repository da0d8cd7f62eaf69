"""Image preprocessing: what acts at inference, and augmentation, which must vanish."""

from studies.layers.case import Configs, builders, case, stack

IMAGE = (8, 9, 3)

RANDOM: Configs = {
    "AugMix": {},
    "CutMix": {},
    "MixUp": {},
    "RandAugment": {},
    "RandomBrightness": {"factor": 0.2},
    "RandomColorDegeneration": {"factor": 0.2},
    "RandomColorJitter": {"brightness_factor": 0.2, "contrast_factor": 0.2},
    "RandomContrast": {"factor": 0.2},
    "RandomElasticTransform": {},
    "RandomErasing": {},
    "RandomFlip": {},
    "RandomGaussianBlur": {},
    "RandomGrayscale": {},
    "RandomHue": {"factor": 0.2},
    "RandomInvert": {},
    "RandomPerspective": {},
    "RandomPosterization": {"factor": 4},
    "RandomRotation": {"factor": 0.2},
    "RandomSaturation": {"factor": 0.2},
    "RandomSharpness": {"factor": 0.2},
    "RandomShear": {"x_factor": 0.2, "y_factor": 0.2},
    "RandomTranslation": {"height_factor": 0.2, "width_factor": 0.2},
    "RandomZoom": {"height_factor": 0.2},
}
"""Layers that act in training only, and what they must be given."""

CASES = (
    case("Rescaling", "plain", IMAGE, scale=1 / 255),
    case("Rescaling", "offset", IMAGE, scale=1 / 127.5, offset=-1),
    case("Rescaling", "per-channel", IMAGE, scale=[0.1, 0.2, 0.3], offset=[1.0, 2.0, 3.0]),
    case("Rescaling", "uint8", IMAGE, takes="uint8", scale=1 / 255),
    *(
        case(
            "Resizing",
            f"{name}-{tag}",
            IMAGE,
            height=height,
            width=width,
            interpolation=name,
            antialias=antialias,
        )
        for name in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
        for tag, height, width, antialias in (
            ("up", 12, 14, False),
            ("down", 5, 4, False),
            ("down-antialias", 5, 4, True),
        )
    ),
    case("Resizing", "crop", IMAGE, height=5, width=4, crop_to_aspect_ratio=True),
    case("Resizing", "pad", IMAGE, height=12, width=6, pad_to_aspect_ratio=True),
    case(
        "Resizing", "pad-value", IMAGE, height=12, width=6, pad_to_aspect_ratio=True, fill_value=7.0
    ),
    case("Resizing", "channels-first", (3, 8, 9), height=5, width=4, data_format="channels_first"),
    case("Resizing", "uint8", IMAGE, takes="uint8", height=5, width=4),
    case("Resizing", "variable", (None, None, 3), height=5, width=4),
    stack(
        "Resizing",
        "cnn",
        IMAGE,
        lambda k: [k.Resizing(6, 6), k.Rescaling(1 / 255), k.Conv2D(4, 3), k.Flatten(), k.Dense(2)],
    ),
    case("CenterCrop", "crop", IMAGE, height=5, width=4),
    case("CenterCrop", "uneven", IMAGE, height=7, width=6),
    case("CenterCrop", "enlarge", IMAGE, height=12, width=13),
    case(
        "CenterCrop", "channels-first", (3, 8, 9), height=5, width=4, data_format="channels_first"
    ),
    case("RandomCrop", "crop", IMAGE, height=5, width=4),
    case("RandomCrop", "enlarge", IMAGE, height=12, width=13),
    case("AutoContrast", "plain", IMAGE),
    case("AutoContrast", "unit-range", IMAGE, value_range=(0, 1)),
    case(
        "ContrastLimitedAdaptiveHistogramEqualization", "plain", (16, 16, 3), tile_grid_size=(2, 2)
    ),
    case("Solarization", "plain", IMAGE, addition_factor=(0.1, 0.1), threshold_factor=(0.3, 0.3)),
    *(case(name, "vanishes", IMAGE, **config) for name, config in RANDOM.items()),
    stack(
        "Pipeline",
        "augmentation",
        IMAGE,
        lambda k: [k.Pipeline([k.RandomFlip(), k.RandomRotation(0.1)]), k.Conv2D(4, 3)],
    ),
    stack(
        "Pipeline",
        "resize-rescale",
        IMAGE,
        lambda k: k.Pipeline([k.Resizing(5, 4), k.Rescaling(0.1)]),
    ),
    stack(
        "RandomFlip",
        "augmented-cnn",
        IMAGE,
        lambda k: [
            k.RandomFlip("horizontal"),
            k.RandomRotation(0.1),
            k.RandomZoom(0.1),
            k.Conv2D(4, 3),
            k.Flatten(),
            k.Dense(2),
        ],
    ),
)
MODELS = builders(CASES)
