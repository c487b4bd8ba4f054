import os
from pathlib import Path

PROJECT = os.getenv("SHOP_PROJECT", "shop-prod")
DATA = Path(__file__).parent / "data"
LAKE = "s3://shop-lake/{table}.parquet"
EVENTS = ("clicks", "searches")
