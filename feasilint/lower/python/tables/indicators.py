"""Technical indicators: which measure each is, and over how many rows where nothing is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers.common import handle
from feasilint.lower.python.transfers.indicators import (
    UNKNOWN,
    Spec,
    accessed,
    column_of,
    everything,
    indicator,
    made_of,
)

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

INDICATORS: dict[str, Spec] = {
    "sma": ("avg", 10), "sma_indicator": ("avg", 12), "bollinger_mavg": ("avg", 20), "wma": ("avg", 10),
    "wma_indicator": ("avg", 9), "hma": ("avg", 10), "vwma": ("avg", 10), "midpoint": ("avg", 14),
    "ema": ("ewm", None), "ema_indicator": ("ewm", None), "dema": ("ewm", None), "tema": ("ewm", None), "kama": ("ewm", None),
    "rma": ("ewm", None), "t3": ("ewm", None), "trix": ("ewm", None),
    "rsi": ("ewm", None), "macd": ("ewm", None), "macd_diff": ("ewm", None), "macd_signal": ("ewm", None),
    "ppo": ("ewm", None), "atr": ("ewm", None), "average_true_range": ("ewm", None), "adx": ("ewm", None),
    "adx_pos": ("ewm", None), "adx_neg": ("ewm", None), "tsi": ("ewm", None), "stochrsi": ("ewm", None),
    "stddev": ("std", 5), "stdev": ("std", 30), "var": ("var", 5), "variance": ("var", 30), "zscore": ("std", 30),
    "bbands": ("std", 5), "bollinger_hband": ("std", 20), "bollinger_lband": ("std", 20), "bollinger_wband": ("std", 20),
    "bollinger_pband": ("std", 20),
    "max": ("max", 30), "min": ("min", 30), "donchian_channel_hband": ("max", 20), "donchian_channel_lband": ("min", 20),
    "willr": ("custom", 14), "williams_r": ("custom", 14), "stoch": ("custom", 14), "stochf": ("custom", 14),
    "stoch_signal": ("custom", 14), "cci": ("custom", 20), "aroon": ("custom", 14), "aroon_up": ("max", 25),
    "aroon_down": ("min", 25), "mfi": ("custom", 14), "money_flow_index": ("custom", 14), "cmf": ("custom", 20),
    "chaikin_money_flow": ("custom", 20), "linreg": ("custom", 14), "cmo": ("custom", 14),
    "volume_weighted_average_price": ("avg", 14), "ulcer_index": ("custom", 14),
    "roc": ("lag", 12), "mom": ("lag", 10), "rocp": ("lag", 10), "dpo": ("avg", 20),
    "obv": ("sum", None), "on_balance_volume": ("sum", None), "ad": ("sum", None), "acc_dist_index": ("sum", None),
    "cumulative_return": ("custom", None), "vwap": ("avg", None),
}  # fmt: skip

CLASSES: dict[str, Spec] = {
    "RSIIndicator": ("ewm", None), "StochasticOscillator": ("custom", 14), "ROCIndicator": ("lag", 12),
    "WilliamsRIndicator": ("custom", 14), "TSIIndicator": ("ewm", None), "KAMAIndicator": ("ewm", None),
    "StochRSIIndicator": ("ewm", None), "AwesomeOscillatorIndicator": ("avg", 34), "UltimateOscillator": ("custom", 28),
    "SMAIndicator": ("avg", 12), "EMAIndicator": ("ewm", None), "WMAIndicator": ("avg", 9), "MACD": ("ewm", None),
    "ADXIndicator": ("ewm", None), "CCIIndicator": ("custom", 20), "AroonIndicator": ("custom", 25),
    "IchimokuIndicator": ("custom", 52), "TRIXIndicator": ("ewm", None), "PSARIndicator": ("custom", None),
    "BollingerBands": ("std", 20), "AverageTrueRange": ("ewm", None), "KeltnerChannel": ("avg", 20),
    "DonchianChannel": ("max", 20), "OnBalanceVolumeIndicator": ("sum", None), "AccDistIndexIndicator": ("sum", None),
    "ChaikinMoneyFlowIndicator": ("custom", 20), "MFIIndicator": ("custom", 14), "ForceIndexIndicator": ("ewm", None),
    "VolumeWeightedAveragePrice": ("avg", 14), "DailyReturnIndicator": ("lag", 2), "CumulativeReturnIndicator": ("custom", None),
}  # fmt: skip

ALL: tuple[str, ...] = tuple(
    f"{group}_{name}"
    for group, names in {
        "volume": "adi obv cmf fi em sma_em vpt vwap mfi nvi",
        "volatility": "bbm bbh bbl bbw bbp bbhi bbli kcc kch kcl kcw kcp kchi kcli dcl dch dcm dcw dcp atr ui",
        "trend": "macd macd_signal macd_diff sma_fast sma_slow ema_fast ema_slow vortex_ind_pos vortex_ind_neg "
        "vortex_ind_diff trix mass_index dpo kst kst_sig kst_diff ichimoku_conv ichimoku_base ichimoku_a ichimoku_b stc "
        "adx adx_pos adx_neg cci visual_ichimoku_a visual_ichimoku_b aroon_up aroon_down aroon_ind psar_up psar_down "
        "psar_up_indicator psar_down_indicator",
        "momentum": "rsi stoch_rsi stoch_rsi_k stoch_rsi_d tsi uo stoch stoch_signal wr ao roc ppo ppo_signal ppo_hist "
        "pvo pvo_signal pvo_hist kama",
        "others": "dr dlr cr",
    }.items()
    for name in names.split()
)
"""The columns that `ta.add_all_ta_features` adds."""

METHODS: dict[str, Table] = {"indicator": {"*": column_of(CLASSES)}, "pandas_ta": {"*": accessed(INDICATORS)}}
PROPERTIES: dict[str, Table] = {"pandas": {"ta": handle("pandas_ta")}}

_GROUPS = ("momentum", "trend", "volatility", "volume", "others")

FUNCTIONS: dict[str, Transfer] = {
    **{f"pandas_ta.{name}": indicator(*spec) for name, spec in INDICATORS.items()},
    **{f"talib.{name.upper()}": indicator(*spec) for name, spec in INDICATORS.items()},
    **{f"ta.{group}.{name}": indicator(*spec) for group in _GROUPS for name, spec in INDICATORS.items()},
    **{f"ta.{group}.{name}": made_of for group in _GROUPS for name in CLASSES},
    "ta.add_all_ta_features": everything(ALL),
}
PREFIXES: tuple[tuple[str, Transfer], ...] = (("talib.", indicator(*UNKNOWN)), ("pandas_ta.", indicator(*UNKNOWN)))
