-- $1 agency, $2 member or null, $3 model or null: whether each is the agency's
select
    $2::uuid is null or exists (
        select from team_members where agency_id = $1 and member_id = $2
    ),
    $3::uuid is null or exists (
        select from models where agency_id = $1 and model_id = $3
    )
