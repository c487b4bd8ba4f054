-- Average sale above the overall average, for brands that are sold in every channel.
with common_items as (
    select i_item_key as item_key
    from items
    join (
        select i_brand_id as brand, i_class_id as class, i_category_id as category
        from shop_sales join items on ss_item_key = i_item_key join calendar on ss_date_key = d_date_key
        where d_year between 2023 and 2025
        intersect
        select i_brand_id, i_class_id, i_category_id
        from web_sales join items on ws_item_key = i_item_key join calendar on ws_date_key = d_date_key
        where d_year between 2023 and 2025
    ) shared on i_brand_id = brand and i_class_id = class and i_category_id = category
),
overall as (
    select avg(quantity * list_price) as average
    from (
        select ss_quantity as quantity, ss_list_price as list_price from shop_sales
        union all
        select ws_quantity, ws_list_price from web_sales
    ) sales
)
select 'shop' as channel, i_brand_id, i_class_id, sum(ss_quantity * ss_list_price) as sales, count(*) as sold
from shop_sales, items, calendar
where ss_item_key in (select item_key from common_items)
  and ss_item_key = i_item_key and ss_date_key = d_date_key and d_year = 2025 and d_month = 11
group by i_brand_id, i_class_id
having sum(ss_quantity * ss_list_price) > (select average from overall)
union all
select 'web' as channel, i_brand_id, i_class_id, sum(ws_quantity * ws_list_price) as sales, count(*) as sold
from web_sales, items, calendar
where ws_item_key in (select item_key from common_items)
  and ws_item_key = i_item_key and ws_date_key = d_date_key and d_year = 2025 and d_month = 11
group by i_brand_id, i_class_id
having sum(ws_quantity * ws_list_price) > (select average from overall);
