-- How long deliveries take, per warehouse and carrier.
select
    substr(w_name, 1, 20) as warehouse,
    k_type,
    sum(case when o_ship_key - o_sold_key <= 30 then 1 else 0 end) as days_30,
    sum(case when o_ship_key - o_sold_key > 30 and o_ship_key - o_sold_key <= 60 then 1 else 0 end) as days_31_60,
    sum(case when o_ship_key - o_sold_key > 60 and o_ship_key - o_sold_key <= 90 then 1 else 0 end) as days_61_90,
    sum(case when o_ship_key - o_sold_key > 90 then 1 else 0 end) as days_over_90
from orders
join calendar on o_ship_key = d_date_key
join warehouses on o_warehouse_key = w_warehouse_key
join carriers on o_carrier_key = k_carrier_key
where d_month_seq between 1200 and 1211
  and exists (select 1 from customers where c_customer_key = o_customer_key and c_active)
group by substr(w_name, 1, 20), k_type
order by 1, 2;
