# Words of the window. Both languages have the same messages with the same
# arguments; a test compares them, and with the source. One sentence has no
# full stop; "…" when something is still going on.

## Navigation and top bar

nav-register = Register
nav-receipts = Receipts
nav-conflicts = Conflicts
nav-sync = Sync
switch-language = Cambiar a español
theme-dark = Dark theme
theme-light = Light theme
sync-status = Sync status
peers-linked = { $linked } of { $all } devices
lamp-red = Offline — keep selling
lamp-green = All synced
lamp-sending =
    { $n ->
        [one] Sending { $n } document
       *[other] Sending { $n } documents
    }
lamp-numbers-low = Numbers run low
lamp-alone = Sending to the other devices
numbers-chip =
    { $n ->
        [one] { $n } number left
       *[other] { $n } numbers left
    }
conflicts-chip =
    { $n ->
        [one] { $n } conflict
       *[other] { $n } conflicts
    }

## Register

search-products = Search products
search-hint = Search by name or code, or scan a barcode
all = All
no-products = There are no products yet: import them with “tillmesh import products”
no-hit = Nothing matches: check the spelling or scan again
stock-none = none
stock-low = { $stock } left
code-unknown = No product has the code { $code }
code-shared = More than one product has the code { $code }: choose one
order-full = The order has no room for another line: take the payment and start the next
cart-empty = Add a product to begin
customer = Customer
final-consumer = Final consumer
search-customers = Search customers
search-customers-hint = Name or tax number
no-customer = No customer matches
quantity = Quantity
discount = Discount
price = Price
remove = Remove
backspace = Backspace
point = Decimal point
one-less = One less
one-more = One more
own-price = own price
entry-wrong = “{ $entry }” does not fit here: type the figure first, then the key
net = Before tax
tax-included = Tax included
total = Total
items =
    { $n ->
        [one] { $n } item
       *[other] { $n } items
    }
pay = Pay
no-numbers-left = No invoice numbers left: ask another register for some. Until then, sell on internal documents

## People

lock-title = Who is at the till?
lock-cart =
    { $n ->
        [one] { $n } item waits in the cart
       *[other] { $n } items wait in the cart
    }
lock-till = { $name }: lock the till
log-in = Log in
login-failed = Not let in
find-person = Find a person
find-person-hint = Type a name, or touch it
no-person = Nobody is called that
pin = PIN
pin-of = PIN of { $name }
role-owner = Owner
role-manager = Manager
role-cashier = Cashier
approval-title = Approve
approval-text = { $name } may not do this alone. Somebody who may can approve it, this once:
approval-sell = Sell this cart
approval-price = { $name } at { $price }
approval-discount = { $name }: { $discount } off
approval-more =
    { $n ->
        [one] and { $n } more change
       *[other] and { $n } more changes
    }
approval-resolve = Decide a conflict
approval-invite = Invite a device
approval-refused = { $name } may not approve this
approval-missing = nobody approved it
approve = Approve
cancel = Cancel

## Payment

to-pay = To pay
amount = Amount
amount-wrong = “{ $amount }” is not an amount
approval = Approval code
optional = Optional
exact = Exact
left-to-pay = Left to pay
change = Change
take-part = Take this part
remove-tender = Remove { $name } { $amount }
finish = Finish
saving = Saving…
back = Back
payment-short = { $left } is still to pay
payment-no-change = Only cash gives change: { $left } is left to pay
scan-while-paying = Go back to the cart to add a product
tender-cash = Cash
tender-card = Card
tender-transfer = Transfer
tender-other = Other
tender-account = On account

finish-provisionally = Finish on an internal document
provisional-offer = There is no number for an invoice. The customer can get an internal document now; the invoice follows as soon as there is a number

## After the sale, and receipts

number = Number
new-sale = New sale
sold-before = This sale had been saved before; it counts once
sheet-number = Number { $label }
sheet-code = Document code { $code }
internal = Internal document
provisional = Internal document — the invoice follows
provisional-help = Give the customer this paper. The invoice follows by itself as soon as this device has a number
fiscal-pending = Waiting for the authority
fiscal-accepted = Accepted by the authority
fiscal-rejected = Refused by the authority
no-receipts = No sales yet

## Conflicts

conflicts-open = Open { $n }
conflicts-closed = Decided { $n }
no-conflicts = Nothing to decide
status-open = open
status-contested = two decisions
status-closed = decided
this-device = this device
meanwhile = Until someone decides, tills use
keep-from = Keep { $value } — { $device }, { $when }
other-value = Another value
other-hint = Neither of them
counted = Counted on the shelf
counted-hint = The stock becomes this
keep-record = Keep { $value }, put the rest away
note = Note
note-hint = Why, for whoever reads it later
choose-value = Choose a value
set-to = Set to { $value }
value-wrong = That is not an amount
acknowledge = Seen, leave it
acknowledged = seen
decided = { $who } decided { $when }: { $decision }
decision-saved = Decision saved; it goes to every device
yes = Yes
no = No
value-empty = (empty)
value-archived = Put away
value-in-use = Keep selling
field-name = name
field-sku = code
field-price = price
field-tax = tax class
field-tax-rate = tax rate
field-category = category
field-unit = unit
field-archived = put away
field-barcode = barcode
field-tax-id-kind = kind of document
field-tax-id = tax number
field-email = e-mail
field-phone = phone
kind-oversold = sold more than there was
kind-customer-duplicate = same tax number twice
kind-code-duplicate = same code on two products
kind-number-duplicate = same number on two sales
kind-fiscal-rejected = document refused
kind-malformed = unreadable entry
kind-fork = two histories of one device
kind-edit-vs-archive = put away and edited
kind-unentitled = change without the right
kind-admin-fork = administration taken twice
kind-outside-validity = number outside its dates
kind-provisional-open = sale without a number
kind-double-fiscalised = two numbers for one sale
kind-double-refund = more came back than was sold
title-admin = Administration of the shop
story-set = { $device } set { $value } ({ $when }).
story-field = They could not see each other; sales already made do not change. Choose the value from now on.
story-oversold = More of { $title } was sold than there was, by devices that could not see each other; the stock now says { $detail }. Count the shelf and type what is there.
story-customer-duplicate = Two customers have the same tax number: { $title }. Choose the one that stays, or leave both.
story-code-duplicate = Two products have the same code: { $title }. Until one goes, a scan asks which one. Choose the one that stays, or leave both.
story-number-duplicate = Two sales carry the number { $title }. Keep both papers and ask the accountant.
story-fiscal-rejected = The authority refused { $title }: { $detail }
story-malformed = A device sent an entry that cannot be applied: { $detail }. Everything else goes on.
story-fork = { $title } signed two histories: its data folder was copied or restored. What it sold may carry numbers that another device used too. It does not sell any more: take it out of the shop and let it join again.
story-admin-fork = Two devices took the administration with the recovery words without seeing each other. Only one of them administers, the same on every device; what the other one changed as administrator does not count. Look in Sync at who it is, and keep the words where one person has them.
story-unentitled = { $title } changed something it has no right to. The change is kept and not applied. If it was meant, give that device the right and do it again; if not, find out who was at it.
story-outside-validity = Number { $title } was issued outside the dates of its resolution. The sale counts; the authority may refuse its document. Import the resolution's renewal, check that device's clock and ask the accountant.
story-provisional-open = Sale { $title } went out on an internal document and has no number yet. The device that sold gives it one as soon as it holds numbers. If that device is gone, the administrator assigns the sale to another one with “tillmesh numbers assign”.
story-double-fiscalised = Sale { $title } got two numbers, from devices that could not see each other. It counts once. Ask the accountant to cancel one of the two invoices.
story-double-refund = Of sale { $title } more came back than was sold, on registers that could not see each other: { $detail } was paid back in all. Look for the customer, or write the loss off.

## Sync

lan = Devices in reach
lan-hint = Over the local network
entries-alone =
    { $n ->
        [one] { $n } entry only on this device
       *[other] { $n } entries only on this device
    }
gated =
    { $n ->
        [one] { $n } entry waits for an earlier one
       *[other] { $n } entries wait for earlier ones
    }
relay = Fiscal relay
relay-up = Up
relay-down = No answer
relay-unknown = Not asked yet
relay-not-set = Not set
relay-not-set-hint = Other devices send for this one
queue = Documents to send
queue-empty = All have their answer
queue-pending = They are sent when a relay is in reach
queue-rejected =
    { $n ->
        [one] { $n } was refused
       *[other] { $n } were refused
    }
numbers-left = Invoice numbers left
peers = Devices of the shop
no-peers = No other device yet: invite one
invite-device = Invite a device
inviting = Making an invite…
invite-help = On the new device choose “Join a shop” and paste this text
invite-text = Invite
copy = Copy
linked = In reach
out-of-reach = Out of reach
they-lack = they lack { $n }
we-lack = we lack { $n }
administers = administers
admin-here = This device administers the shop
admin-is = { $name } administers the shop
device-suspended = stopped by an owner
device-retired = left the shop
device-lost = out: lost
device-stolen = out: stolen
device-rolled-back = out: set back
device-replaced = out: replaced
device-forked = copied: two histories
days-left =
    { $n ->
        [0] for less than a day
        [one] for about { $n } day
       *[other] for about { $n } days
    }
numbers-here = Numbers on this device
no-numbers = This device holds no numbers
no-prefix = No prefix
held =
    { $n ->
        [one] { $n } left
       *[other] { $n } left
    }
next-number = Next: { $number }
fiscal-queue = Fiscal documents
fiscal-counts = { $pending } waiting · { $accepted } accepted · { $rejected } refused

## First run

welcome = Welcome
welcome-text = tillmesh sells without internet and keeps all registers of the shop in step
way-create = New shop
way-join = Join a shop
way-sample = Try the sample
shop-name = Name of the shop
shop-name-hint = As it is printed on receipts
device-name = Name of this device
device-hint = Register 1
tax-id = Tax number
tax-id-hint = NIT, RUC or other
currency = Currency of the books
join-text = On a device of the shop open Sync and press “Invite a device”
invite = Invite
invite-hint = Paste the text here
sample-text = A small shop with products and customers, only on this device. Nothing in it is real.
do-create = Create the shop
do-join = Join
do-sample = Open the sample shop
working = One moment…
missing-shop-name = Type the name of the shop
missing-tax-id = Type the tax id: it says who issues the documents
missing-device-name = Type a name for this device
missing-invite = Paste the invite
waiting-shop = Joining the shop
waiting-shop-text = Waiting for the first contact with another device of the shop: keep one of them on, in the same network

## Recovery words

recovery = Recovery words
recovery-text = Write these words on paper, in this order. If this device is lost or breaks, they take the administration of the shop to another one.
recovery-warning = They are shown once and kept nowhere: not here, and not in a backup. Whoever has them can take over the shop: keep the paper like a deed.
recovery-written = I have written them on paper, in order
go-on = Continue

## Errors

fault = This device cannot sell
error-wrong = That cannot be done
error-not-found = Not found
error-no-numbers = No invoice numbers left
error-not-allowed = That is not allowed
error-login = The session has ended; log in and try again
error-storage = It could not be saved; nothing is lost, try again
error-busy = Too much is waiting; try again
error-answer = The answer made no sense; try again

## Time

when-today = today { $time }
when-day = { $day } { $month } { $year }, { $time }
month =
    { $n ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[12] Dec
    }
