-- Web and catalogue sales per weekday, each week beside the same week a year later.
with sold as (
    select ws_date_key as date_key, ws_price as price from web_sales
    union all
    select cs_date_key as date_key, cs_price as price from catalogue_sales
),
by_week as (
    select
        d_week_seq,
        sum(case when d_day_name = 'Sunday' then price end) as sunday,
        sum(case when d_day_name = 'Monday' then price end) as monday,
        sum(case when d_day_name = 'Tuesday' then price end) as tuesday,
        sum(case when d_day_name = 'Wednesday' then price end) as wednesday,
        sum(case when d_day_name = 'Thursday' then price end) as thursday,
        sum(case when d_day_name = 'Friday' then price end) as friday,
        sum(case when d_day_name = 'Saturday' then price end) as saturday
    from sold join calendar on d_date_key = date_key
    group by d_week_seq
)
select
    before.d_week_seq,
    round(after.sunday / before.sunday, 2) as sunday,
    round(after.monday / before.monday, 2) as monday,
    round(after.tuesday / before.tuesday, 2) as tuesday,
    round(after.wednesday / before.wednesday, 2) as wednesday,
    round(after.thursday / before.thursday, 2) as thursday,
    round(after.friday / before.friday, 2) as friday,
    round(after.saturday / before.saturday, 2) as saturday
from by_week before
join by_week after on after.d_week_seq = before.d_week_seq + 53
order by before.d_week_seq;
