-- Customers of one state whose returns exceed their shop's average by a fifth.
with customer_returns as (
    select r_customer_key as customer_key, r_shop_key as shop_key, sum(r_amount) as returned
    from returns, calendar
    where r_date_key = d_date_key and d_year = 2024
    group by r_customer_key, r_shop_key
)
select c_customer_id
from customer_returns own, shops, customers
where own.returned > (select avg(returned) * 1.2 from customer_returns others where own.shop_key = others.shop_key)
  and s_shop_key = own.shop_key
  and s_state = 'TN'
  and own.customer_key = c_customer_key
order by c_customer_id
limit 100;
