# Palabras de la ventana. Los dos idiomas tienen los mismos mensajes con los
# mismos argumentos; una prueba los compara, y con el código. Una sola oración
# va sin punto final; «…» cuando algo sigue en curso.

## Navegación y barra superior

nav-register = Caja
nav-receipts = Recibos
nav-conflicts = Conflictos
nav-sync = Sincronía
switch-language = Switch to English
theme-dark = Tema oscuro
theme-light = Tema claro
sync-status = Estado de sincronía
peers-linked = { $linked } de { $all } equipos
lamp-red = Sin conexión — siga vendiendo
lamp-green = Todo sincronizado
lamp-sending =
    { $n ->
        [one] Enviando { $n } documento
       *[other] Enviando { $n } documentos
    }
lamp-numbers-low = Quedan pocos números
lamp-alone = Enviando a los otros equipos
numbers-chip =
    { $n ->
        [one] queda { $n } número
       *[other] quedan { $n } números
    }
conflicts-chip =
    { $n ->
        [one] { $n } conflicto
       *[other] { $n } conflictos
    }

## Caja

search-products = Buscar productos
search-hint = Busque por nombre o código, o lea un código de barras
all = Todo
no-products = Aún no hay productos: impórtelos con «tillmesh import products»
no-hit = Nada coincide: revise la búsqueda o lea de nuevo
stock-none = agotado
stock-low = { $stock } quedan
code-unknown = Ningún producto tiene el código { $code }
code-shared = Más de un producto tiene el código { $code }: elija uno
order-full = La venta no admite más líneas: cóbrela y empiece la siguiente
cart-empty = Agregue un producto para empezar
customer = Cliente
final-consumer = Consumidor final
search-customers = Buscar clientes
search-customers-hint = Nombre o identificación
no-customer = Ningún cliente coincide
quantity = Cantidad
discount = Descuento
price = Precio
remove = Quitar
backspace = Borrar
point = Punto decimal
one-less = Uno menos
one-more = Uno más
own-price = precio propio
entry-wrong = «{ $entry }» no sirve aquí: escriba primero la cifra y luego la tecla
net = Antes de impuestos
tax-included = Impuestos incluidos
total = Total
items =
    { $n ->
        [one] { $n } artículo
       *[other] { $n } artículos
    }
pay = Cobrar
no-numbers-left = No quedan números de factura: pida a otra caja que ceda algunos. Mientras tanto, venda con documento interno

## Personas

lock-title = ¿Quién está en la caja?
lock-cart =
    { $n ->
        [one] { $n } artículo espera en el carrito
       *[other] { $n } artículos esperan en el carrito
    }
lock-till = { $name }: bloquear la caja
log-in = Entrar
login-failed = No se pudo entrar
find-person = Buscar una persona
find-person-hint = Escriba un nombre, o tóquelo
no-person = Nadie se llama así
pin = PIN
pin-of = PIN de { $name }
role-owner = Propietario
role-manager = Encargado
role-cashier = Cajero
approval-title = Autorizar
approval-text = { $name } no puede hacer esto por su cuenta. Quien sí puede lo autoriza, solo esta vez:
approval-sell = Vender este carrito
approval-price = { $name } a { $price }
approval-discount = { $name }: { $discount } menos
approval-more =
    { $n ->
        [one] y { $n } cambio más
       *[other] y { $n } cambios más
    }
approval-resolve = Decidir un conflicto
approval-invite = Invitar un equipo
approval-refused = { $name } no puede autorizar esto
approval-missing = nadie lo autorizó
approve = Autorizar
cancel = Cancelar

## Cobro

to-pay = Por cobrar
amount = Valor
amount-wrong = «{ $amount }» no es un valor
approval = Código de aprobación
optional = Opcional
exact = Exacto
left-to-pay = Falta
change = Cambio
take-part = Recibir esta parte
remove-tender = Quitar { $name } { $amount }
finish = Finalizar
saving = Guardando…
back = Volver
payment-short = Faltan { $left }
payment-no-change = Solo el efectivo da cambio: faltan { $left }
scan-while-paying = Vuelva al carrito para agregar un producto
tender-cash = Efectivo
tender-card = Tarjeta
tender-transfer = Transferencia
tender-other = Otro
tender-account = A crédito

finish-provisionally = Finalizar con documento interno
provisional-offer = No hay número para una factura. El cliente puede llevar ahora un documento interno; la factura sigue apenas haya un número

## Después de la venta, y recibos

number = Número
new-sale = Nueva venta
sold-before = Esta venta ya se había guardado; cuenta una sola vez
sheet-number = Número { $label }
sheet-code = Código del documento { $code }
internal = Documento interno
provisional = Documento interno — la factura sigue
provisional-help = Entregue este papel al cliente. La factura sigue por sí sola apenas este equipo tenga un número
fiscal-pending = En espera de la autoridad
fiscal-accepted = Aceptado por la autoridad
fiscal-rejected = Rechazado por la autoridad
no-receipts = Aún no hay ventas

## Conflictos

conflicts-open = Abiertos { $n }
conflicts-closed = Resueltos { $n }
no-conflicts = Nada por decidir
status-open = abierto
status-contested = dos decisiones
status-closed = resuelto
this-device = este equipo
meanwhile = Mientras alguien decide, las cajas usan
keep-from = Dejar { $value } — { $device }, { $when }
other-value = Otro valor
other-hint = Ninguno de ellos
counted = Contado en el estante
counted-hint = Las existencias quedan en esto
keep-record = Dejar { $value } y retirar el resto
note = Nota
note-hint = Por qué, para quien la lea después
choose-value = Elija un valor
set-to = Fijar en { $value }
value-wrong = Eso no es un valor
acknowledge = Visto, dejar así
acknowledged = visto
decided = { $who } decidió { $when }: { $decision }
decision-saved = Decisión guardada; llega a todos los equipos
yes = Sí
no = No
value-empty = (vacío)
value-archived = Retirado
value-in-use = Seguir vendiendo
field-name = nombre
field-sku = código
field-price = precio
field-tax = clase de impuesto
field-tax-rate = tarifa de impuesto
field-category = categoría
field-unit = unidad
field-archived = retirado
field-barcode = código de barras
field-tax-id-kind = tipo de documento
field-tax-id = identificación
field-email = correo
field-phone = teléfono
kind-oversold = se vendió más de lo que había
kind-customer-duplicate = misma identificación dos veces
kind-code-duplicate = mismo código en dos productos
kind-number-duplicate = mismo número en dos ventas
kind-fiscal-rejected = documento rechazado
kind-malformed = registro ilegible
kind-fork = dos historias de un equipo
kind-edit-vs-archive = retirado y editado
kind-unentitled = cambio sin permiso
kind-admin-fork = administración tomada dos veces
kind-outside-validity = número fuera de sus fechas
kind-provisional-open = venta sin número
kind-double-fiscalised = dos números para una venta
kind-double-refund = volvió más de lo vendido
title-admin = Administración de la tienda
story-set = { $device } puso { $value } ({ $when }).
story-field = No se veían entre sí; las ventas ya hechas no cambian. Elija el valor de ahora en adelante.
story-oversold = Se vendió más { $title } de lo que había, en equipos que no se veían entre sí; las existencias dicen { $detail }. Cuente el estante y escriba lo que hay.
story-customer-duplicate = Dos clientes tienen la misma identificación: { $title }. Elija el que se queda, o deje los dos.
story-code-duplicate = Dos productos tienen el mismo código: { $title }. Mientras uno no se retire, al leerlo se pregunta cuál es. Elija el que se queda, o deje los dos.
story-number-duplicate = Dos ventas llevan el número { $title }. Guarde los dos papeles y consulte al contador.
story-fiscal-rejected = La autoridad rechazó { $title }: { $detail }
story-malformed = Un equipo envió un registro que no se puede aplicar: { $detail }. Todo lo demás sigue.
story-fork = { $title } firmó dos historias: su carpeta de datos se copió o se restauró. Lo que vendió puede llevar números que también usó otro equipo. Ya no vende: sáquelo de la tienda y haga que se una de nuevo.
story-admin-fork = Dos equipos tomaron la administración con las palabras de recuperación sin verse entre sí. Solo uno administra, el mismo en todos los equipos; lo que el otro cambió como administrador no cuenta. Mire en Sincronía cuál es, y guarde las palabras donde las tenga una sola persona.
story-unentitled = { $title } cambió algo para lo que no tiene permiso. El cambio se guarda y no se aplica. Si fue a propósito, dé el permiso a ese equipo y hágalo de nuevo; si no, averigüe quién lo usaba.
story-outside-validity = El número { $title } se usó fuera de las fechas de su resolución. La venta cuenta; la autoridad puede rechazar su documento. Importe la renovación de la resolución, revise el reloj de ese equipo y consulte al contador.
story-provisional-open = La venta { $title } salió con documento interno y aún no tiene número. El equipo que vendió le da uno apenas tenga números. Si ese equipo ya no está, el administrador asigna la venta a otro con «tillmesh numbers assign».
story-double-fiscalised = La venta { $title } recibió dos números, de equipos que no se veían entre sí. Cuenta una sola vez. Pida al contador anular una de las dos facturas.
story-double-refund = De la venta { $title } volvió más de lo vendido, en cajas que no se veían entre sí: en total se devolvieron { $detail }. Busque al cliente o registre la pérdida.

## Sincronía

lan = Equipos al alcance
lan-hint = Por la red local
entries-alone =
    { $n ->
        [one] { $n } registro solo en este equipo
       *[other] { $n } registros solo en este equipo
    }
gated =
    { $n ->
        [one] { $n } registro espera a uno anterior
       *[other] { $n } registros esperan a otros anteriores
    }
relay = Relevo fiscal
relay-up = Responde
relay-down = No responde
relay-unknown = Sin consultar aún
relay-not-set = Sin configurar
relay-not-set-hint = Otros equipos envían por este
queue = Documentos por enviar
queue-empty = Todos tienen respuesta
queue-pending = Se envían cuando haya un relevo al alcance
queue-rejected =
    { $n ->
        [one] { $n } fue rechazado
       *[other] { $n } fueron rechazados
    }
numbers-left = Números de factura
peers = Equipos de la tienda
no-peers = Aún no hay otro equipo: invite uno
invite-device = Invitar un equipo
inviting = Creando una invitación…
invite-help = En el equipo nuevo elija «Unirse a una tienda» y pegue este texto
invite-text = Invitación
copy = Copiar
linked = Al alcance
out-of-reach = Sin contacto
they-lack = les faltan { $n }
we-lack = nos faltan { $n }
administers = administra
admin-here = Este equipo administra la tienda
admin-is = { $name } administra la tienda
device-suspended = detenido por un propietario
device-retired = se fue de la tienda
device-lost = fuera: perdido
device-stolen = fuera: robado
device-rolled-back = fuera: vuelto atrás
device-replaced = fuera: reemplazado
device-forked = copiado: dos historias
days-left =
    { $n ->
        [0] para menos de un día
        [one] para { $n } día más o menos
       *[other] para unos { $n } días
    }
numbers-here = Números en este equipo
no-numbers = Este equipo no tiene números
no-prefix = Sin prefijo
held =
    { $n ->
        [one] queda { $n }
       *[other] quedan { $n }
    }
next-number = Siguiente: { $number }
fiscal-queue = Documentos fiscales
fiscal-counts = { $pending } en espera · { $accepted } aceptados · { $rejected } rechazados

## Primer uso

welcome = Le damos la bienvenida
welcome-text = tillmesh vende sin internet y mantiene al día todas las cajas de la tienda
way-create = Tienda nueva
way-join = Unirse a una tienda
way-sample = Probar el ejemplo
shop-name = Nombre de la tienda
shop-name-hint = Como sale en los recibos
device-name = Nombre de este equipo
device-hint = Caja 1
tax-id = Identificación tributaria
tax-id-hint = NIT, RUC u otra
currency = Moneda de los libros
join-text = En un equipo de la tienda abra Sincronía y oprima «Invitar un equipo»
invite = Invitación
invite-hint = Pegue aquí el texto
sample-text = Una tienda pequeña con productos y clientes, solo en este equipo. Nada en ella es real.
do-create = Crear la tienda
do-join = Unirse
do-sample = Abrir la tienda de ejemplo
working = Un momento…
missing-shop-name = Escriba el nombre de la tienda
missing-tax-id = Escriba la identificación tributaria: dice quién emite las facturas
missing-device-name = Escriba un nombre para este equipo
missing-invite = Pegue la invitación
waiting-shop = Uniéndose a la tienda
waiting-shop-text = Esperando el primer contacto con otro equipo de la tienda: deje uno encendido, en la misma red

## Palabras de recuperación

recovery = Palabras de recuperación
recovery-text = Escriba estas palabras en papel, en este orden. Si este equipo se pierde o se daña, con ellas otro equipo toma la administración de la tienda.
recovery-warning = Se muestran una sola vez y no se guardan en ninguna parte: ni aquí ni en una copia de seguridad. Quien las tenga puede tomar la tienda: guarde el papel como una escritura.
recovery-written = Las escribí en papel, en orden
go-on = Continuar

## Errores

fault = Este equipo no puede vender
error-wrong = Eso no se puede hacer
error-not-found = No se encontró
error-no-numbers = No quedan números de factura
error-not-allowed = Eso no está permitido
error-login = La sesión terminó; entre e intente de nuevo
error-storage = No se pudo guardar; nada se pierde, intente de nuevo
error-busy = Hay demasiado en espera; intente de nuevo
error-answer = La respuesta no tuvo sentido; intente de nuevo

## Tiempo

when-today = hoy { $time }
when-day = { $day } { $month } { $year }, { $time }
month =
    { $n ->
        [1] ene
        [2] feb
        [3] mar
        [4] abr
        [5] may
        [6] jun
        [7] jul
        [8] ago
        [9] sep
        [10] oct
        [11] nov
       *[12] dic
    }
