from feast import FeatureService
from views.batch import orders_by_user, prices_of_items, visits_by_user
from views.fresh import amount_per_order, clicks_by_user, large_amount

fraud_v2 = FeatureService(
    name="fraud_v2",
    features=[orders_by_user[["n_orders"]], clicks_by_user, amount_per_order, large_amount],
    owner="risk",
    tags={"team": "risk-ml"},
)
study = FeatureService(name="study", features=[visits_by_user, prices_of_items])
