-- Sales, returns and profit per channel and outlet over two weeks, with subtotals.
with shop_sales_returns as (
    select s_shop_id as outlet, sum(price) as sales, sum(profit) as profit, sum(returned) as returns, sum(loss) as loss
    from (
        select ss_shop_key as shop_key, ss_date_key as date_key, ss_price as price, ss_profit as profit,
               cast(0 as decimal(7, 2)) as returned, cast(0 as decimal(7, 2)) as loss
        from shop_sales
        union all
        select sr_shop_key, sr_date_key, cast(0 as decimal(7, 2)), cast(0 as decimal(7, 2)), sr_amount, sr_loss
        from shop_returns
    ) movements
    join calendar on date_key = d_date_key
    join shops on shop_key = s_shop_key
    where d_date between date '2024-08-05' and date '2024-08-05' + interval '14' day
    group by s_shop_id
),
web_sales_returns as (
    select web_site_id as outlet, sum(price) as sales, sum(profit) as profit, sum(returned) as returns, sum(loss) as loss
    from (
        select ws_site_key as site_key, ws_date_key as date_key, ws_price as price, ws_profit as profit,
               cast(0 as decimal(7, 2)) as returned, cast(0 as decimal(7, 2)) as loss
        from web_sales
        union all
        select ws_site_key, wr_date_key, cast(0 as decimal(7, 2)), cast(0 as decimal(7, 2)), wr_amount, wr_loss
        from web_returns
        left join web_sales on wr_item_key = ws_item_key and wr_order_no = ws_order_no
    ) movements
    join calendar on date_key = d_date_key
    join web_sites on site_key = web_site_key
    where d_date between date '2024-08-05' and date '2024-08-05' + interval '14' day
    group by web_site_id
)
select channel, id, sum(sales) as sales, sum(returns) as returns, sum(profit) as profit
from (
    select 'shop' as channel, 'shop' || outlet as id, sales, returns, profit - loss as profit from shop_sales_returns
    union all
    select 'web' as channel, 'site' || outlet as id, sales, returns, profit - loss as profit from web_sales_returns
) totals
group by rollup (channel, id)
order by channel, id
limit 100;
