{
  "metaData": {
    "name": "risk.users.profile",
    "online": 1,
    "customJson": "{\"lag\": 0, \"groupby_tags\": null, \"column_tags\": {}}",
    "dependencies": [
      "{\"name\": \"wait_for_shop.users_ds\", \"spec\": \"shop.users/ds={{ ds }}\", \"start\": null, \"end\": null}",
      "{\"name\": \"wait_for_shop.user_changes_ds\", \"spec\": \"shop.user_changes/ds={{ ds }}/hr=00:00\", \"start\": null, \"end\": null}"
    ],
    "tableProperties": {
      "source": "chronon"
    },
    "outputNamespace": "risk",
    "team": "risk",
    "offlineSchedule": "@daily"
  },
  "sources": [
    {
      "entities": {
        "snapshotTable": "shop.users",
        "mutationTable": "shop.user_changes/hr=00:00",
        "mutationTopic": "cdc.users",
        "query": {
          "selects": {
            "user_id": "user_id",
            "email_verified": "email_verified"
          },
          "timeColumn": "changed_ms",
          "setups": [],
          "mutationTimeColumn": "mutated_ms",
          "reversalColumn": "is_before"
        }
      }
    }
  ],
  "keyColumns": [
    "user_id"
  ],
  "aggregations": [
    {
      "inputColumn": "email_verified",
      "operation": 3,
      "argMap": {}
    }
  ],
  "accuracy": 0
}