-- A person has so many sessions at once; the one that was not used for longest makes room.

alter table identity.sessions drop constraint sessions_end_reason_known;
alter table identity.sessions add constraint sessions_end_reason_known check (
    end_reason in ('signed_out', 'ended_by_user', 'password_changed', 'password_reset', 'ended_by_operator', 'crowded_out'));
