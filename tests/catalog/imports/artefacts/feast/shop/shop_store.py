"""The shop's own online store; a file, so that the artefacts can be made anywhere."""

from feast.infra.online_stores.sqlite import SqliteOnlineStore, SqliteOnlineStoreConfig


class ShopOnlineStoreConfig(SqliteOnlineStoreConfig):
    type: str = "shop_store.ShopOnlineStore"


class ShopOnlineStore(SqliteOnlineStore):
    def plan(self, config, desired_registry_proto):
        return []

    @staticmethod
    def _get_db_path(config):
        return str(config.repo_path / config.online_store.path)
