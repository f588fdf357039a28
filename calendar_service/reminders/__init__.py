"""Reminders: what is due to whom, what is written, how it travels, and sending it, once and in time.

The path of a reminder, from top to bottom:

1. `service`: what one sending process does, in order; the worker calls `schedule_due` and `send`.
2. `plan`, `change_notices`: schedule. What falls due when for which group, as `DueNotification`; pure.
3. `scheduling`: hands what has fallen due to the outbox, once, and tries again later what failed.
4. `store/outbox`: the outbox. One row for each subscriber of the group; `store/claims`: rows as `ClaimedDelivery`.
5. `message_renderer`, `messages/`: rendering. A claimed delivery becomes a `Message` and an `Envelope`, or is dropped.
6. `delivery_sender`: sending. Claims, renders, and gives messages to sender threads with channels of their own.
7. `channels/`: mail (an `EmailMessage`, by SMTP), webhook, chat.
8. `send_results`: the retry policy. Sent, retried later, failed, bounced, and what that means for the subscriber.

Beside it: `ahead` sends early what falls due by a later time, `forecast` and `resuming` look ahead,
`restore_guard` keeps a copy that was put back from sending, `setting_aside` and `subjects` hold what fails alone,
`faults/` reports it, `subscriptions/` is signing up.
"""
