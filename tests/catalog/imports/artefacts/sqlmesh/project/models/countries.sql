MODEL (name shop.countries, kind SEED (path '../seeds/countries.csv'), columns (code TEXT, name TEXT), grain code);
