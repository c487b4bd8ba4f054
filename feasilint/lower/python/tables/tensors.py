"""Deep learning: data sets of tensors, networks and their training loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import tensors, training
from feasilint.lower.python.transfers.common import argument_copied, handle, nothing, same

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_CASTS = ("to", "float", "double", "long", "half", "cuda", "cpu", "detach", "unsqueeze", "squeeze", "permute", "view",
          "contiguous", "requires_grad_", "as_in_context", "numpy", "type", "tocsr", "tocsc", "tocoo", "todense",
          "toarray")  # fmt: skip

METHODS: dict[str, Table] = {
    "tensors": {"map": tensors.mapped, "*": same},
    "array": dict.fromkeys(_CASTS, same),
    "series": dict.fromkeys((name for name in _CASTS if name not in ("view", "squeeze")), same),
    "torch.module": {
        "__call__": tensors.module_called,
        "to": same,
        "cuda": same,
        "double": same,
        "float": same,
        "train": same,
        "eval": same,
    },
    "instance": {"__call__": tensors.instance_called, "to": same, "cuda": same},
    "prediction": {"*": same},
    "torch.scaler": {"scale": argument_copied, "step": nothing, "update": nothing},
    "loss": {"backward": tensors.trained, "*": same},
    "pytorch_lightning.Trainer": {
        "fit": tensors.trained_with("train_dataloaders", "train_dataloader", "datamodule", at=1)
    },
    "numpy.c_": {"__getitem__": tensors.side_by_side},
    "image.generator": {
        "flow": tensors.named_inputs,
        "flow_from_dataframe": tensors.flowing,
        "flow_from_directory": tensors.folder,
        "fit": nothing,
    },
    "transformers.Trainer": {"train": tensors.trained_with("train_dataset")},
}

PROPERTIES: dict[str, Table] = {"tensors": {"dataset": same, "trainset": same, "T": same}}

_LIGHTNING = ("pytorch_lightning", "lightning", "lightning.pytorch", "lightning.pytorch.trainer")

FUNCTIONS: dict[str, Transfer] = {
    "tensorflow.data.Dataset.from_tensor_slices": tensors.sliced,
    "tensorflow.data.Dataset.from_tensors": tensors.sliced,
    "tensorflow.data.experimental.make_csv_dataset": tensors.csv_files,
    "tensorflow.data.TextLineDataset": tensors.lines_of,
    "tensorflow.io.decode_csv": tensors.decoded,
    "tensorflow.decode_csv": tensors.decoded,
    **{
        f"tensorflow.{name}": argument_copied
        for name in (
            "strings.to_number",
            "strings.lower",
            "expand_dims",
            "squeeze",
            "reshape",
            "identity",
            "math.log",
            "math.abs",
        )
    },
    "tensorflow_decision_forests.keras.pd_dataframe_to_tf_dataset": tensors.from_frame,
    "tensorflow.estimator.inputs.pandas_input_fn": tensors.named_inputs,
    "tensorflow.estimator.inputs.numpy_input_fn": tensors.named_inputs,
    "tensorflow.estimator.TrainSpec": handle("train.spec"),
    "tensorflow.estimator.EvalSpec": handle("train.spec"),
    "tensorflow.estimator.train_and_evaluate": tensors.estimated,
    "tensorflow.keras.preprocessing.image.ImageDataGenerator": handle("image.generator"),
    "tensorflow.keras.preprocessing.image_dataset_from_directory": tensors.folder,
    "tensorflow.keras.utils.image_dataset_from_directory": tensors.folder,
    **dict.fromkeys(
        (f"tensorflow.keras.{place}.timeseries_dataset_from_array" for place in ("utils", "preprocessing")),
        tensors.windowed,
    ),
    "torch.utils.data.TensorDataset": tensors.sliced,
    "torch.utils.data.DataLoader": tensors.loader,
    "torch.utils.data.random_split": tensors.parted,
    "torch.as_tensor": argument_copied,
    "torch.LongTensor": argument_copied,
    "torch.autograd.Variable": argument_copied,
    "torch.nn.Module": handle("torch.module"),
    "torch.cuda.amp.GradScaler": handle("torch.scaler"),
    "torch.amp.GradScaler": handle("torch.scaler"),
    **{f"{place}.Trainer": handle("pytorch_lightning.Trainer") for place in _LIGHTNING},
    "transformers.Trainer": handle("transformers.Trainer"),
    "datasets.Dataset.from_pandas": argument_copied,
}

PREFIXES: tuple[tuple[str, Transfer], ...] = (
    ("torch.nn.functional.", tensors.loss),
    ("torch.nn.", handle("torch.module")),
)

_FASTAI = training.Told(
    data=((0, "df"),), label=("y_names", "dep_var"), features=("cat_names", "cont_names"), drop=("ignore",)
)
_PLACED = training.Told(
    data=((0, "df"),), label=((4, "y_names"), "dep_var"), features=((2, "cat_names"), (3, "cont_names"))
)
METHODS |= {
    "fastai.data": {"*": same},
    "fastai.learner": {
        **dict.fromkeys(
            ("fit", "fit_one_cycle", "fine_tune", "fit_flat_cos"), tensors.trained_with("data", "0", "dls")
        ),
        "*": same,
    },
}
PROPERTIES |= {
    "fastai.data": {
        "xs": training.part("data"),
        "ys": training.part("label"),
        "y": training.part("label"),
        "train": same,
        "valid": same,
    },
}
FUNCTIONS |= {
    f"fastai.tabular.{module}{name}": transfer
    for module in ("all.", "core.", "data.", "")
    for name, transfer in {
        "TabularDataLoaders.from_df": training.roles(_FASTAI, "fastai.data"),
        "TabularDataBunch.from_df": training.roles(_FASTAI, "fastai.data"),
        "TabularPandas": training.roles(_PLACED, "fastai.data"),
        "tabular_learner": handle("fastai.learner"),
    }.items()
}
_RATINGS = training.Told(data=((0, "ratings"),), label=("rating_name",), features=("user_name", "item_name"))
FUNCTIONS |= {
    f"fastai.collab.{name}": transfer
    for name, transfer in {
        "CollabDataLoaders.from_df": training.roles(_RATINGS, "fastai.data"),
        "CollabDataBunch.from_df": training.roles(_RATINGS, "fastai.data"),
        "collab_learner": handle("fastai.learner"),
    }.items()
}
