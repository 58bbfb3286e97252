"""Words by which columns, files and values give themselves away, in English and Spanish."""

import re
import unicodedata

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def plain(text: str) -> str:
    """Write a text without capitals and accents, as words are compared.

    >>> plain(" Género ")
    'genero'
    """
    spread = unicodedata.normalize("NFKD", text.strip())
    return "".join(letter for letter in spread if not unicodedata.combining(letter)).lower()


def words(name: str) -> tuple[str, ...]:
    """Cut a name into words, at capitals, digits and everything that is no letter.

    >>> words("personSearch_2018"), words("Población total")
    (('person', 'search', '2018'), ('poblacion', 'total'))
    """
    spread = unicodedata.normalize("NFKD", name)
    letters = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return tuple(part.lower() for part in _PARTS.findall(letters))


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


GROUPS = {
    "race": _set("race ethnicity ethnic eth raza etnia etnicidad etnico"),
    "sex": _set("sex gender sexo genero"),
    "age": _set("age ages edad edades"),
}
"""Ways of dividing people, and words for them."""
RESIDENT_GROUPS = {
    "Black": _set("black african afro negra negro negras negros afrodescendiente afrodescendientes"),
    "White": _set("white caucasian blanca blanco blancas blancos"),
    "Latino": _set("hispanic hispanics hisp latino latina latinx latinos hispana hispano hispanos"),
    "Asian": _set("asian asians asiatica asiatico asiaticos"),
    "Indigenous": _set("indigenous native aian indigena indigenas originarios"),
}
"""Groups of residents that census tables have columns for."""
AREA = _set(
    "area areas neighborhood neighbourhood geoid block precinct district beat tract community ward barrio distrito zona sector "
    "colonia comuna manzana alcaldia municipio zip bg cell code codigo"
)
TIME = _set("date day week month year datetime timestamp occurred when fecha dia semana mes ano anio")
SCORE = _set(
    "score scores decile risk probability intensity puntaje puntuacion riesgo calificacion probabilidad decil"
)
DECISION = _set(
    "flag flagged decision selected marked listed dispatched prediction predicted senalado senalada marcado marcada "
    "seleccionado seleccionada enviado"
)
OUTCOME = _set(
    "outcome recid recidivism rearrest rearrested reoffend reoffended arrested convicted label charged resultado reincidencia "
    "reincidente detenido detenida arrestado arrestada desenlace"
)
ARREST = _set("recid recidivism rearrest rearrested arrested arrest detenido arrestado reincidencia")
DISPOSITION = _set("disposition disposicion finding")
COUNT = _set(
    "n count counts cases freq frequency conteo cantidad numero casos cuenta frecuencia preds pred predictions predicciones "
    "alerts alertas flags forecasts"
)
INCIDENTS = _set(
    "incidents incident crimes crime calls offences offenses offence offense delitos delito incidentes incidente llamadas "
    "carjackings thefts burglaries burglary robos"
)
FORECASTS = _set(
    "forecast forecasts predicted prediction predictions pred preds predicciones prediccion pronostico pronosticos flags hotspot "
    "hotspots"
)
"""Words that say that a table is about what a tool named, not about what was recorded."""
NOT_COUNTS = _set("number no nr num id code type category class tipo codigo categoria")
"""Words that say that a number names an incident, or its kind."""
FLAGGED = _set("k flagged selected hits listed marcados marcadas senalados senaladas seleccionados flags")
WHOLE = _set("n of total totals people persons scored stops all population personas poblacion total todos")
RESIDENTS = _set("pop population residents inhabitants poblacion habitantes residentes")
COVERAGE = _set("coverage covered cobertura cubierta cubierto")
LATITUDE, LONGITUDE = _set("lat latitude latitud"), _set("lon long lng longitude longitud")
RATE = _set(
    "rate share percent percentage pct proportion fraction tasa porcentaje proporcion fraccion fpr fnr ppv"
)
RATIO = _set("ratio razon cociente disparity")
ID = _set("id ids identifier uuid entity folio identificador")
ALERTS = _set(
    "alert alerts activation activations shotspotter gunshot gunshots alerta alertas disparo disparos activacion activaciones"
)
NOT_NUMBERS = _set("rank ranking lugar puesto index")
"""Words that say that a number orders areas rather than counts anything."""
CELLS = {
    "tn": {"tn", "vn", "true negative", "true negatives", "verdaderos negativos", "verdadero negativo"},
    "fp": {"fp", "false positive", "false positives", "falsos positivos", "falso positivo"},
    "fn": {"fn", "false negative", "false negatives", "falsos negativos", "falso negativo"},
    "tp": {"tp", "vp", "true positive", "true positives", "verdaderos positivos", "verdadero positivo"},
}
"""Cells of a confusion matrix."""
YES = _set("1 yes y true t si s flagged high alto positive selected marcado x")
NO = _set("0 no n false f low bajo negative not none")
TOTAL = re.compile(
    r"^(?:(?:grand |sub-?)?totals?(?: general)?|all(?: groups| areas| people)?|everyone|overall|sum|suma|todos|todas"
    r"|citywide|whole city|toda la ciudad)$"
)
"""Labels of rows that sum up the others."""
MARKS = re.compile(
    r"^(?:[<≤]\s*[0-9]+|\*+|-+|\u2013|\u2014|\.+|x|\(?[sdn]\)?|n/?[ad]|nd|supp?(?:r|ressed)?|suprimido|redacted|reservado|withheld|\[.*\])$"
)
"""What stands where a number was withheld or is not known."""
