-- The best and the worst items of a shop by average margin, side by side.
select best.rank_no, best_item.i_name as best_selling, worst_item.i_name as worst_selling
from (
    select item_key, rank_no
    from (
        select item_key, rank() over (order by margin) as rank_no
        from (
            select ss_item_key as item_key, avg(ss_profit) as margin
            from shop_sales sold
            where ss_shop_key = 4
            group by ss_item_key
            having avg(ss_profit) > 0.9 * (
                select avg(ss_profit) from shop_sales where ss_shop_key = 4 and ss_address_key is null group by ss_shop_key
            )
        ) margins
    ) ranked
    where rank_no < 11
) worst
join (
    select item_key, rank_no
    from (
        select ss_item_key as item_key, rank() over (order by avg(ss_profit) desc) as rank_no
        from shop_sales
        where ss_shop_key = 4
        group by ss_item_key
    ) ranked
    where rank_no < 11
) best on best.rank_no = worst.rank_no
join items best_item on best_item.i_item_key = best.item_key
join items worst_item on worst_item.i_item_key = worst.item_key
order by best.rank_no;
