def model(dbt, session):
    return dbt.ref("countries").project("code, upper(name) as name")
