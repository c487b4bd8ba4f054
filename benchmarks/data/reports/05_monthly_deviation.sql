-- Brands whose sales of a month are far from the average of their year, with the months around.
with monthly as (
    select
        i_category, i_brand, s_shop_name, s_company, d_year, d_month,
        sum(ss_price) as sold,
        avg(sum(ss_price)) over (partition by i_category, i_brand, s_shop_name, s_company, d_year) as average_of_year,
        rank() over (partition by i_category, i_brand, s_shop_name, s_company order by d_year, d_month) as position
    from items, shop_sales, calendar, shops
    where ss_item_key = i_item_key and ss_date_key = d_date_key and ss_shop_key = s_shop_key
      and (d_year = 2024 or (d_year = 2023 and d_month = 12) or (d_year = 2025 and d_month = 1))
    group by i_category, i_brand, s_shop_name, s_company, d_year, d_month
)
select here.i_category, here.d_year, here.d_month, here.average_of_year, here.sold, before.sold as sold_before, after.sold as sold_after
from monthly here, monthly before, monthly after
where here.i_category = before.i_category and here.i_category = after.i_category
  and here.i_brand = before.i_brand and here.i_brand = after.i_brand
  and here.s_shop_name = before.s_shop_name and here.s_shop_name = after.s_shop_name
  and here.position = before.position + 1 and here.position = after.position - 1
  and here.d_year = 2024
  and here.average_of_year > 0
  and abs(here.sold - here.average_of_year) / here.average_of_year > 0.1
order by here.sold - here.average_of_year, here.s_shop_name
limit 100;
