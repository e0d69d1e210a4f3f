-- Whose keys they are is looked up once, not for each call.
drop policy own on platform.api_calls;
create policy own on platform.api_calls for select to platform using (key_id = any (array(select k.id from platform.api_keys k)));
